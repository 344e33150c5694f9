# What was there and needed nothing stays, though rules were tried with it; what was there and is remade goes.
# WITHOUT: t
# SH: touch -d 2001-01-01 a.c b.c; touch b.p
# ARGS: all
# SH: ls; touch -d 2001-01-01 e.c
# ARGS: -B e.o
# RUN: -r e.z
all: a.o b.o a.z b.z
a.o b.o: %.o: %.c; touch $@
b.c: %.c: %.p; touch $@
%.z: %.y; touch $@
%.y: %.c; touch $@
e.o: %.o: %.c; touch $@
%.c: %.y; touch $@
