# `%` and `\%` in one prerequisite of a static pattern rule that is expanded twice: 4.3 puts the stem in place of both.
# COMPAT: 4.3
# DIFFERS: ^ *-.*target 'x-\\x'
.SECONDEXPANSION:
all: x.o
x.o: %.o: %-\%$$(E) ; @echo '$^'
