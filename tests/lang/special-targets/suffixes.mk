# SUFFIXES, .SUFFIXES lists and clears.
# COVERS: special-target/.SUFFIXES variable/SUFFIXES
$(info $(SUFFIXES))
.SUFFIXES: .new
all: x.new
.c.new:;@echo '$@ from $<'
x.c:;@echo $@
