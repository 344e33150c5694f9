# What a failed recipe has left of an intermediate file is removed like one that was made; with -n all that were tried are shown.
# FILE: d.q
# END
# ARGS: -r d.o
# ARGS: -r -k d.o
# ARGS: -r -n d.o
# ARGS: -r F=1
# ARGS: -r -n F=1
# ARGS: -r -n -k F=1
%.o: %.c; cp $< $@
%.c: %.q; cp $< $@; false
ifdef F
all: x
-include d.o
endif
