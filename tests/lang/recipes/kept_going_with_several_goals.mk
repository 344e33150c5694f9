# Errors of one goal leave others alone with -k; with -S they do not; -k in MAKEFLAGS of a sub-make.
# RUN: -k a b
# RUN: -k -S a b
# RUN: -k sub
# FILE: sub.mk
# all: a b
# a:;@exit 1
# b:;@echo '$@ $(MAKEFLAGS)'
# END
a:;@exit 1
b:;@echo $@
sub:
	@$(MAKE) --no-print-directory -f sub.mk
