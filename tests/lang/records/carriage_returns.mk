# A record with carriage returns at the ends of its lines is one no more.
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
# SH: sed 's/$/\r/' .x.o.cmd > cr; sed '8s/$/\r/' .x.o.cmd > cr8; sed '1s/$/\r/' .x.o.cmd > cr1; sed '12s/$/\r/' .x.o.cmd > cr12
# RUN: rec=cr
# RUN: rec=cr8
# RUN: rec=cr1
# RUN: rec=cr12
x.o: x.c FORCE ; @echo '<: $<' '?: $?' '^: $^' '+: $+' '|: $|' '*: $*' 'cmd: $(cmd_$@)' 'deps: [$(deps_x.o)]'
FORCE:
-include $(rec)
.PHONY: FORCE
