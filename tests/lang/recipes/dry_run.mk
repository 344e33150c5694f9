# -n prints recipes, quiet ones too; lines with + or $(MAKE) run; expansion happens.
# COVERS: kbuild/19-recursive-lines-under-n
# RUN: -n
# RUN: -n --no-print-directory sub
all:
	@echo quiet $(info expanded)
	+@echo plus
	@echo ${MAKE} brace
	@: $(MAKE)x
	indirect=1 $(m)
m = $(MAKE) -v | head -n 0
sub:
	$(MAKE) all
