# The names of built-in suffix rules count as files that ought to exist, and their recipes run for them.
# ENV: YACC=echo
# ARGS: all
# ARGS: -r all
# ARGS: .y.q
all: d.c e.c
d% e% %.y: %.c
	echo $< $* $@
d%: %.c
	echo $< $*
%.q: %.c
	echo $< $*
