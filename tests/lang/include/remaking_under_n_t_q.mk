# Makefiles are remade under -n, -t and -q, and intermediate files of that are really removed, unless they are goals of
# the command line: the default goal does not count.
# FILE: d.q
# END
# SH: rm -f d.o d.c
# ARGS: -r
# SH: rm -f d.o d.c
# ARGS: -r -n
# SH: rm -f d.o d.c
# ARGS: -r -t
# SH: rm -f d.o d.c
# ARGS: -r -q
# SH: rm -f d.o d.c; touch -d 2001-01-01 d.o
# ARGS: -r -n
# SH: rm -f d.o d.c; touch -d 2001-01-01 d.o
# ARGS: -r -n d.o
# SH: rm -f d.o d.c
# ARGS: -r -n F=false
# SH: rm -f d.o d.c
# ARGS: -r -t F=false
F = :
d.o:
%.o: %.c; $F; cp $< $@
%.c: %.q; cp $< $@
include d.o
