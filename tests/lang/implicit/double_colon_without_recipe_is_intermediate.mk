# The same where nothing had to be run for it: an implicit rule counts on a file that was there and done with (4.4).
# COMPAT: 4.4.1
# SH: touch e.c
# RUN: -r
# SH: touch e.c
# RUN: -r e.c
# SH: rm -f e.o; touch e.c
# RUN: -r all
e.c::
e.c:: e.o f.x
all: e.c e.o
%.o: %.c; false
