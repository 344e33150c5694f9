# A pattern rule that names one target twice is equal to one that names it once: it cancels it, and is replaced by it.
# RUN: d.o
# RUN: -r d.x
# RUN: -r d.y
%.o %.o: %.c
d.c:;@:
%.x %.x: d.c; @echo first $@
%.x: d.c; @echo second $@
%.y: d.c; @echo first $@
%.y %.y: d.c; @echo second $@
