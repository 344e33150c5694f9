# A name has both kinds of rules: the error comes whichever was first.
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
# RUN: before=1
# RUN: after=1
# RUN: own=1
x.o: x.c ; @echo '?: $?' '^: $^'
ifdef before
a.h:: ; @echo one
endif
-include .x.o.cmd
ifdef after
a.h:: ; @echo one
endif
ifdef own
x.o:: ; @echo one
endif
