# $(name:from=to): suffixes are literal, a % makes it a patsubst.
V = a.o b.o  c.oo .o
P = a% b%
Q = a\% b\\%
E =
D = $(V)
N = V
$(info [$(V:.o=.c)] [$(V:%.o=%.c)] [$(V:.o=)] [$(V:o=%)] [$(V:=.x)] [$(V:a%=b\%%)] [$(V:\%=q)] [$(V:.o=x\%y)])
$(info [$(P:\%=q)] [$(P:%=%x\%)] [$(P:%\%=%q)] [$(Q:\%=q)] [$(E:=y)] [$(D:.o=.s)] [$($(N):.o=.$(N))])
$(info [${V:.o=.c}] [$(V:.o)] [$(V:a.o=b.o)] [$(undefined:a=b)] [$(V:.o=$(E))])
all:;@:
