# With make's own rules there are patterns for any name, such as those that get a file out of version control.
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
# SH: mkdir RCS; touch -d 2001-01-01 d/b.h,v s.a.h
# RUN:
# SH: touch -d 2003-01-01 s.a.h
# RUN: -n
# SH: rm a.h
# RUN: -n
# RUN: -n -r
x.o: x.c ; @echo making $@ because of '$?'
-include .x.o.cmd
