# SUFFIXES, .SUFFIXES lists and clears.
$(info $(SUFFIXES))
.SUFFIXES: .new
all: x.new
.c.new:;@echo '$@ from $<'
x.c:;@echo $@
