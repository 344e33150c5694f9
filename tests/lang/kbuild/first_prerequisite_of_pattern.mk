# KBUILD-FACTS 6: $< is the pattern's first prerequisite although other lines named more before.
# COVERS: kbuild/06-first-prerequisite-is-the-patterns
# FILE: x.c
# END
x.o: a.h b.h
all: x.o
x.o: c.h
%.o: %.c FORCE
	@echo '$< | $^'
FORCE a.h b.h c.h:
