# Headers that are found through VPATH, also under the name another record gives them.
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
# FILE: .y.o.cmd
# cmd_y.o := gcc
# 
# source_y.o := y.c
# 
# deps_y.o := \
#   s/a.h \
#   a.h \
#   d/b.h \
# 
# y.o: $(deps_y.o)
# 
# $(deps_y.o):
# END
# SH: mkdir -p d include/config
# SH: touch -d 2001-01-01 a.h d/b.h include/config/YES include/config/ALSO x.c tool
# SH: touch -d 2002-01-01 x.o
# SH: mkdir s s/d; touch -d 2001-01-01 y.o
# RUN:
# SH: mv a.h s/a.h
# RUN:
# SH: touch -d 2003-01-01 s/a.h; mv d/b.h s/d/b.h
# RUN:
# SH: rm s/d/b.h
# RUN: -n
# RUN: --trace
VPATH = s
all: x.o y.o
x.o y.o: FORCE ; @echo '$@ ?: $?' '^: $^'
FORCE:
-include .x.o.cmd
y.o: s/a.h
-include .y.o.cmd
