# In 4.3 the target of a :: rule is no intermediate file.
# COMPAT: 4.3
# ARGS: -r d.o
# ARGS: -r
# SH: rm -f *.o *.c
# ARGS: -r all d.c
all: e.o f.o d.o
e.o: %.o: %.c
f.o: f.c
%.o: %.c; cp $< $@
d.c e.c f.c:: ; touch $@
