# Once it is known that a target is remade, its own intermediate prerequisites are made, those of its peers are not; the
# first that can't be had, or with -q that is not made yet, ends it.
# SH: touch -d 2001-01-01 e.c f
# RUN: -r -q a
# RUN: -r -q b
# RUN: -rk c
# RUN: -r d
# RUN: -r twice.mk
# RUN: -r first.mk
# RUN: -r dd
# RUN: -n -r dd
.SECONDARY: x y two
.INTERMEDIATE: absent e.o
-include twice.mk first.mk
%.o: %.c; touch $@
a: e.o absent f; touch $@
b: absent e.o f; touch $@
c g &: nothing; touch $@
h g &: x nothing2; touch $@
d i &: y d; echo d i
j i &: f j; echo j i
twice.mk: absent absent
dd:: absent absent
first.mk: nothing e.o absent two
