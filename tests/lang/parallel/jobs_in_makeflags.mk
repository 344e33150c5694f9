# What -j leaves in MAKEFLAGS, in sub-makes and when a sub-make forces its own.
# COVERS: variable/MFLAGS
# NORM: --jobserver-auth=[^ \]"]+
# RUN: -j2
# RUN: -j1
# RUN: -j
# RUN: -j2 forced
# FILE: sub.mk
# all:;@echo '[$(MAKEFLAGS)]'
# END
MAKEFLAGS += --no-print-directory
all:
	@echo '[$(MAKEFLAGS)] [$(MFLAGS)]'
	@$(MAKE) -f sub.mk
forced:
	@$(MAKE) -j3 -f sub.mk
	@$(MAKE) -j1 -f sub.mk
