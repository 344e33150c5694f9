# D and F variants of automatic variables.
# FILE: src/a.c
# END
# FILE: b.c
# END
all: out/x.o
out/x.o: src/a.c b.c ./b.c
	@echo '$(@D) $(@F) $(<D) $(<F) $(^D) $(^F) $(+D) $(?F) $(*D) $(*F) $*'
