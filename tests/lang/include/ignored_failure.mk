# A makefile whose recipe fails without that counting: why it was wanted is told all the same, each time it is tried.
# RUN:
# RUN: -i -f counts.mk
# RUN: -s
# FILE: counts.mk
# all: ; @echo all
# include a.mk
# a.mk: ; @echo run; exit 1
# END
all: ; @echo all
include a.mk
-include b.mk
a.mk b.mk: ; -@echo run $@; exit 1
