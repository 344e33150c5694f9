# The same with a vpath directive, where the target itself may be elsewhere.
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
# SH: mkdir s s/d; mv x.o s; mv a.h s
# RUN:
# SH: touch -d 2003-01-01 s/a.h
# RUN:
# SH: touch -d 2001-01-01 s/a.h; rm s/x.o
# RUN:
vpath %.h s
vpath %.o s
x.o: x.c ; @echo '$@ ?: $?' '^: $^'
-include .x.o.cmd
