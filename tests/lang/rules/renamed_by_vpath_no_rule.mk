# Two names that VPATH makes one: `::` rules go with a name that has none, and count although that name was done with before.
# SH: mkdir s && touch s/e.c
# RUN: -rf one.mk
# RUN: -rf two.mk
# RUN: -rf three.mk s/e.c e.c
# RUN: -rf three.mk e.c s/e.c
# FILE: one.mk
# e.c::
# vpath %.c s
# %.c: %.c
# 	@-:
# END
# FILE: two.mk
# VPATH = s
# e.c:: b g.y ; @echo $@
# %.y: %.c ; @echo $@
# b:
# END
# FILE: three.mk
# VPATH = s
# e.c:: x ; @echo first $@
# e.c:: ; @echo second $@
# x: ; @echo $@
# END
