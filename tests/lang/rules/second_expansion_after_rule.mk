# What an implicit rule brings comes before what the second expansion brings: `$<` is the rule's.
# SH: touch d.c e.c
# RUN: -r
# RUN: -r e.o
# RUN: -r f.o
.SECONDEXPANSION:
all: d.o
d.o: a $$*.h
e.o: b $$(X) c
e.o: | $$@.d
f.o: $$(X)
X = x y
%.o: %.c z; @echo $@ from '$<' '$^' '$|'
.DEFAULT:; @echo $@
