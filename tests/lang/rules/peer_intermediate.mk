# From 4.4 on what a pattern rule makes on the side is intermediate too.
# WITHOUT: n q
# RUN: -r T='foo.c foo.o' all
# SH: rm foo.*
# RUN: -r T='foo.h foo.o' all
# SH: rm foo.*
.PHONY: all
all: $(T)
%.h %.c: %.in ; touch $*.h $*.c
%.o: %.c %.h ; echo $+ >$@
%.in: ; touch $@
Makefile: ;
