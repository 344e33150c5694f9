# patsubst: the first unquoted %, backslashes that quote it, and the space that words leave.
# COVERS: function/patsubst
S := a  b
$(info [$(patsubst %.c,%.o,x.c.c bar.c  q .c)] [$(patsubst a,b,a ab a)])
$(info [$(patsubst %,x%y%,a b)] [$(patsubst %,x\%y%,a b)] [$(patsubst %,x\\%y%,a b)] [$(patsubst %,\%\%\%,a)])
$(info [$(patsubst a%,x,a ab b)] [$(patsubst a\%,x%,a% ab)] [$(patsubst a,x%,a)] [$(patsubst a,x\%,a)])
$(info [$(patsubst \a%,\b%,\ax ax)] [$(patsubst a\\\%,Q,a\% b\\%)] [$(patsubst a%b%,%,axb%)])
# Without % the space between words stays; with it, words are joined by one space.
$(info [$(patsubst a,b,a  ab   a )] [$(patsubst a b,x,a b a  b xa b)] [$(patsubst ,x,a  b )] [$(patsubst ,x,)])
$(info [$(patsubst %,%,$(S))] [$(patsubst %z,,$(S))] [$(patsubst %a,,$(S) )] [$(patsubst b%,,$(S) )])
# A word that becomes empty leaves its space when the replacement has any text.
$(info [$(patsubst %,,a b)] [$(patsubst %, ,a b)] [$(patsubst %z,%,b z z b)] [$(patsubst %z,,az b)])
all:;@:
