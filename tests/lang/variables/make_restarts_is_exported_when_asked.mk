# MAKE_RESTARTS goes on to recipes only where a makefile says so itself.
# RUN: T=1
# SH: rm -f inc.mk
# RUN: T=2
# SH: rm -f inc.mk
# RUN: T=3
# SH: rm -f inc.mk
# RUN: T=4
ifeq ($T,1)
export MAKE_RESTARTS
endif
ifeq ($T,2)
export
endif
ifeq ($T,3)
.EXPORT_ALL_VARIABLES:
MAKE_RESTARTS = mine
endif
all:; @echo '[$(MAKE_RESTARTS)]' "[$$MAKE_RESTARTS]"
inc.mk:; @touch $@
-include inc.mk
