# With -k a name of `::` rules that failed silently as a makefile is told of when a goal needs it.
# RUN: a
# RUN: b
# RUN: d
# RUN: b a
# RUN: e b
MAKEFLAGS += -k
a: c inc.mk
b: inc.mk c
d: inc.mk
e: inc.mk
-include inc.mk
inc.mk:: c c
