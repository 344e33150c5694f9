# The same file in several ways, and names that come twice.
# ENV: MAKEFLAGS=r
# FILE: .x.o.cmd
# cmd_x.o := gcc -c -o x.o x.c
# 
# source_x.o := x.c
# 
# deps_x.o := \
#   ./a.h \
#   a.h \
#   .//d/b.h \
#   d//b.h \
#   d/../a.h \
#   d/./b.h \
#   x.c \
#     $(wildcard ./include/config/YES) \
#   include/config/YES \
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
# SH: touch -d 2003-01-01 d/b.h
# RUN:
# SH: touch -d 2003-01-01 a.h include/config/YES
# RUN:
# RUN: -n x.o a.h ./a.h d//b.h
# SH: rm a.h
# RUN:
x.o: x.c FORCE ; @echo '<: $<' '?: $?' '^: $^' '+: $+' '|: $|' '*: $*' 'cmd: $(cmd_$@)' 'deps: [$(deps_x.o)]'
FORCE:
-include .x.o.cmd
.PHONY: FORCE
