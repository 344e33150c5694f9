# A makefile's own .c.o: takes the place of the built-in rule without a word; its second one is told of.
# ARGS: a.o
# ARGS: b.o VARIANT=cleared
# ARGS: c.o VARIANT=twice
# FILE: a.c
# END
# FILE: b.c
# END
# FILE: c.c
# END
ifeq ($(VARIANT),cleared)
.SUFFIXES:
.SUFFIXES: .c .o
endif
.c.o: ; @echo '$@ from $<'
ifeq ($(VARIANT),twice)
.c.o: ; @echo 'second: $@ from $<'
endif
