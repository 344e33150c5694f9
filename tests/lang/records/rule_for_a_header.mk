# A header that a rule makes is made first, and what its recipe does counts.
# ENV: MAKEFLAGS=r
# FILE: .x.o.cmd
# cmd_x.o := gcc -c -o x.o x.c
# 
# source_x.o := x.c
# 
# deps_x.o := \
#   a.h \
#     $(wildcard include/config/YES) \
#     $(wildcard include/config/NO) \
#   d/b.h \
#     $(wildcard include/config/ALSO) \
# 
# x.o: $(deps_x.o)
# 
# $(deps_x.o):
# 
# x.o: $(wildcard ./tool)
# END
# SH: mkdir -p d include/config
# SH: touch -d 2001-01-01 a.h d/b.h include/config/YES include/config/ALSO x.c tool
# SH: touch -d 2002-01-01 x.o
# SH: touch -d 2001-01-01 a.h.in y.c y.o
# RUN:
# SH: touch -d 2003-01-01 a.h.in
# RUN: -n
# RUN:
# SH: rm a.h
# RUN: -j2
# SH: rm a.h.in
# RUN: -k
# SH: rm a.h
# RUN: -k
all: x.o y.o
x.o y.o: %.o: %.c ; @echo making $@ because of '$?' of '$^'; touch $@
a.h: a.h.in ; @echo making $@; cp $< $@
-include .x.o.cmd
