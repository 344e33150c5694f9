# Comments, escaped #, continuation lines, white space around and inside values.
a = x # comment
b = \# no \\# c \comment
c = one \
    two   \
	 three
d =   lead	tab  trail   # after
e := $(subst x,x,  a   b  )
# a comment \
that goes on
f = 1\
2
empty :=
space := $(empty) $(empty)
$(info [$(a)] [$(b)] [$(c)] [$(d)] [$(e)] [$(f)] [$(space)])
all:;
