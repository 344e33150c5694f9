# A target-specific variable makes a name count as one that ought to exist, but it may still be an intermediate file (4.4).
# FILE: b.q
# END
# SH: touch -d 2001-01-01 c.o
# ARGS: -r a.o
# ARGS: -r b.o
# ARGS: -r c.o
a.c b.c c.c: V = 1
%.o: %.c; cp $< $@
%.c: %.q; cp $< $@; echo $V
