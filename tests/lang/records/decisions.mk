# What a record lists takes part in every decision as prerequisites do that are written out: newer, missing, there only now.
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
# SH: touch -d 2003-01-01 d/b.h
# RUN:
# SH: touch -d 2001-01-01 d/b.h include/config/NO; touch -d 2004-01-01 include/config/NO
# RUN:
# SH: rm include/config/NO; touch -d 2003-01-01 tool
# RUN:
# SH: touch -d 2001-01-01 tool; rm a.h
# RUN:
# SH: touch -d 2001-01-01 a.h; rm x.o
# RUN: -n
# SH: touch -d 2002-01-01 x.o a.h d/b.h
# RUN:
# SH: rm include/config/YES
# RUN: -q
# RUN: -W d/b.h
# RUN: -o a.h -W a.h
# RUN: -B
# RUN: -t
# RUN: --trace
x.o: x.c ; @echo '<: $<' '?: $?' '^: $^' '+: $+' '|: $|' '*: $*' 'cmd: $(cmd_$@)' 'deps: [$(deps_x.o)]'
FORCE:
-include .x.o.cmd
.PHONY: FORCE
