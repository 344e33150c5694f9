# In 4.3 what a static pattern rule names is not intermediate.
# COMPAT: 4.3
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
