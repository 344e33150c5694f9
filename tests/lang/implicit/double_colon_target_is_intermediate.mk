# The target of a :: rule that nothing else names is an intermediate file of implicit rules (4.4).
# ARGS: -r d.o
# ARGS: -r
# SH: rm -f *.o *.c
# ARGS: -r all d.c
all: e.o f.o d.o
e.o: %.o: %.c
f.o: f.c
%.o: %.c; cp $< $@
d.c e.c f.c:: ; touch $@
