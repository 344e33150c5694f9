# Entering and Leaving directory: with -C, with -w, in sub-makes, once per make; not with --no-print-directory.
# COVERS: message/entering-directory message/leaving-directory
# NORM: /[^ ']*/work
# RUN: -C sub
# RUN: -w
# RUN: top
# RUN: --no-print-directory top
# RUN: -s top
# RUN: quiet
# FILE: sub/Makefile
# all: a
# 	@echo $@
# a:;@echo $@
# END
all:;@echo $@
top:
	$(MAKE) -C sub
quiet:
	@$(MAKE) -s -C sub
	@cd sub && $(MAKE)
