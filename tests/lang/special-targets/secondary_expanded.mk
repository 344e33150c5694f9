# A bare .SECONDARY speaks of what second expansion gives: in 4.3, where that comes first.
# SH: touch d.o
# RUN: d.o
# RUN: -r e.o
.SECONDEXPANSION:
.SECONDARY:
d.o: d.c $$(NONE)
e.o: $$(A) ; @echo $@ from $^
A = d.o e.c
%.c: %.src ; @echo $@
