# Rules that come after the record: their prerequisites stand where they stand with any makefile.
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
# RUN:
# RUN: -n order a.h
# SH: touch -d 2003-01-01 d/b.h
# RUN: -j2
# SH: rm a.h
# RUN:
-include .x.o.cmd
x.o: more
x.o: x.c ; @echo '<: $<' '?: $?' '^: $^' '+: $+' '|: $|'
x.o: a.h last | order
more last order: ; @:
