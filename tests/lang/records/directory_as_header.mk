# A directory may stand where a header was.
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
# SH: rm a.h; mkdir a.h; touch -d 2001-01-01 a.h
# RUN:
# SH: touch -d 2003-01-01 a.h
# RUN:
# SH: rm d/b.h; ln -s nowhere d/b.h
# RUN:
# SH: rm d/b.h; ln -s b.h d/b.h
# RUN:
# SH: rm -r d; touch d
# RUN:
x.o: x.c FORCE ; @echo '<: $<' '?: $?' '^: $^' '+: $+' '|: $|' '*: $*' 'cmd: $(cmd_$@)' 'deps: [$(deps_x.o)]'
FORCE:
-include .x.o.cmd
.PHONY: FORCE
