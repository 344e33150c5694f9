# The record of a target that is not there, and of one that no rule makes.
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
# FILE: .z.o.cmd
# cmd_z.o := gcc -c -o z.o x.c
# 
# source_z.o := x.c
# 
# deps_z.o := \
#   a.h \
#     $(wildcard include/config/YES) \
#     $(wildcard include/config/NO) \
#   d/b.h \
#     $(wildcard include/config/ALSO) \
# 
# z.o: $(deps_z.o)
# 
# $(deps_z.o):
# 
# z.o: $(wildcard ./tool)
# END
# SH: mkdir -p d include/config
# SH: touch -d 2001-01-01 a.h d/b.h include/config/YES include/config/ALSO x.c tool
# SH: touch -d 2002-01-01 x.o
# SH: touch -d 2002-01-01 z.o
# RUN:
# SH: rm x.o
# RUN:
# SH: touch -d 2003-01-01 a.h
# RUN:
# SH: rm a.h z.o
# RUN:
all: x.o z.o
-include .x.o.cmd .z.o.cmd
all: ; @echo '$^'
