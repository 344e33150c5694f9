# A rule one of whose targets matches anything does not apply where a more specific rule is known, whichever target matches.
# FILE: d.c
# END
# ARGS: dir/h.o
# ARGS: x y.c z.o
# ARGS: -r x y.c z.q
%.c %: d.c
	@echo '$@: $^'
