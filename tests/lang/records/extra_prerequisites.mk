# .EXTRA_PREREQS goes to targets with records, too.
# ENV: MAKEFLAGS=r
# COMPAT: 4.4.1
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
x.o: x.c ; @echo '$@ ?: $?' '^: $^'
-include .x.o.cmd
.EXTRA_PREREQS = d/b.h e
e: ; @echo making $@
