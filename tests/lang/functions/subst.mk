# Text functions: subst and patsubst.
# COVERS: function/subst
$(info $(subst ee,EE,feet on the street) [$(subst ,x,ab)] [$(subst a,,banana)])
$(info $(patsubst %.c,%.o,x.c.c bar.c y.h) $(patsubst a%z,%\%,abz az a\z) $(patsubst foo,bar,foo afoo))
V := a.c b.c c.s
$(info $(V:.c=.o) $(V:%.c=%.o) $(V:=.x) $(V:%=p/%))
all:;
