# -j in a makefile's MAKEFLAGS: on its own it counts, below a make with a jobserver it leaves that.
# COVERS: message/jobs-forced-in-makefile
# NORM: auth=[^ ]*
# RUN: -j2
# RUN: -j1
# RUN:
# FILE: sub.mk
# MAKEFLAGS += -j3
# $(info $(MAKEFLAGS))
# all:; @echo '$(MAKEFLAGS)'
# END
all:
	@$(MAKE) --no-print-directory -f sub.mk
	@$(MAKE) --no-print-directory -j4 -f sub.mk
