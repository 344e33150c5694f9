# A target among its own prerequisites: that is dropped, wherever it stands.
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
#   y.o \
#   x.o \
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
# cmd_y.o := gcc -c -o y.o x.c
# 
# source_y.o := x.c
# 
# deps_y.o := \
#   a.h \
#     $(wildcard include/config/YES) \
#     $(wildcard include/config/NO) \
#   x.o \
#   d/b.h \
#     $(wildcard include/config/ALSO) \
# 
# y.o: $(deps_y.o)
# 
# $(deps_y.o):
# 
# y.o: $(wildcard ./tool)
# END
# SH: mkdir -p d include/config
# SH: touch -d 2001-01-01 a.h d/b.h include/config/YES include/config/ALSO x.c tool
# SH: touch -d 2002-01-01 x.o
# SH: touch -d 2002-01-01 y.o
# RUN:
# SH: touch -d 2003-01-01 d/b.h
# RUN: -k
# RUN: -k y.o
all: x.o y.o
x.o: x.c ; @echo '?: $?' '^: $^'
y.o: x.o ; @echo '$@ ?: $?' '^: $^'
-include .x.o.cmd .y.o.cmd
