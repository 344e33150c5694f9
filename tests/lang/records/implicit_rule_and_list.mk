# What makes the target is found by implicit rules; a source that is missing ought to exist when a record lists it.
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
#   x.q \
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
# RUN: -r
# SH: touch -d 2003-01-01 d/b.h
# RUN: -r
# SH: rm x.c
# RUN: -r
# SH: echo 'x.o: x.q' >> .x.o.cmd
# RUN: -r
%.o: %.c ; @echo '$@: $< ?: $?' '^: $^' '*: $*'
%.o: %.q ; @echo '$@: $< of q'
-include .x.o.cmd
