# What follows `else` and is no condition after all is told of, and begins a conditional all the same, which is in the state
# that the last one at its depth ended in.
# COVERS: directive/else message/extraneous-text
# RUN:
# RUN: Q=1
# RUN: -f open.mk
# STATUS: 2
# FILE: open.mk
# ifdef Q
# else ifdef x y
# endif
# END
A = 1
ifdef A
ifdef Q
else
endif
endif
ifndef A
else ifdef x y
$(info one)
else
$(info two)
endif
$(info three)
endif
ifdef A
else ifeq (
else
endif
all:
