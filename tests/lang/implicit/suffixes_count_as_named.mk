# The suffixes of .SUFFIXES are names of files too: implicit rules count on them.
# ARGS: YACC=echo d.c
# ARGS: -r d.c
# ARGS: YACC=echo e.q
d%: %
	echo $@ $<
%.q: %.c
	echo $@ $<
