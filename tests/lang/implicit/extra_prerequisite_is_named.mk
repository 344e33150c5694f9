# Implicit rules count on a name that .EXTRA_PREREQS of a target gives; not on one that a pattern's does.
# RUN: d.o
# RUN: e.o
f.x: .EXTRA_PREREQS = d.c
%.x: .EXTRA_PREREQS = e.c
