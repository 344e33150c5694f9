# A makefile may keep MAKEFLAGS to itself: the makes it starts know of no switch and no jobserver, whatever MAKEFLAGS is set to later.
# FILE: below.mk
# x: ; @echo '$(A) $(MAKELEVEL) $(filter-out --jobserver%,$(MAKEFLAGS))'; echo "$${MAKEFLAGS-none}"
# END
# RUN: -j2 -k A=b
# RUN: -j2 -k A=b THEN=assigned
# RUN: -j2 -k A=b THEN=exported
# RUN: -k A=b THEN=undefined
# STATUS: 0
# NORM: fifo:[^ ]*
ifdef THEN
ifneq ($(THEN),undefined)
unexport MAKEFLAGS
endif
ifeq ($(THEN),assigned)
MAKEFLAGS += --no-print-directory
endif
ifeq ($(THEN),exported)
export MAKEFLAGS
endif
ifeq ($(THEN),undefined)
undefine MAKEFLAGS
endif
else
unexport MAKEFLAGS
endif
all: ; @$(MAKE) -f below.mk --no-print-directory -j3 x
