# The first argument of a comparison is expanded before the second is looked at.
# RUN:
# RUN: -f second
# RUN: -f third
# FILE: second
# ifeq ($(info one),b
# endif
# END
# FILE: third
# ifeq "$(info one)" b
# endif
# END
# STATUS: 2
ifneq '$(strip  bar.c  's')' "10"
endif
