# WITHOUT: n q
# COMPAT: 4.3
# In 4.3 what a pattern rule makes on the side is never intermediate.
# RUN: -r T='foo.c foo.o' all
# SH: rm foo.*
# RUN: -r T='foo.h foo.o' all
# SH: rm foo.*
# RUN: -r T=foo.o all
.PHONY: all
all: $(T)
%.h %.c: %.in ; touch $*.h $*.c
%.o: %.c %.h ; echo $+ >$@
%.in: ; touch $@
Makefile: ;
