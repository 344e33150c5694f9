# What only a static pattern rule names is still an intermediate file of an implicit rule (4.4), made before or after.
# Of missing prerequisites the first that is not intermediate is told.
# ARGS: -r
# SH: rm -f *.o d.c
# ARGS: -r x.o d.o
# ARGS: e.o
# FILE: d.q
# END
all: d.o x.o
d.o: %.o: %.c
x.o: %.o: d.c; touch $@
%.o: %.c; cp $< $@
%.c: %.q; cp $< $@
e.o f.o: %.o: %.z nothere
