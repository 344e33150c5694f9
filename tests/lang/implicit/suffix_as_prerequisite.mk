# The name of a built-in suffix counts as one a makefile gives: `d%: %` chains go on through `.y`.
# SH: touch -d 2001-01-01 d.c
# ARGS: -n d.o
# ARGS: -n d.out
# ARGS: -n d.foo
d%: %
	touch '$@'
