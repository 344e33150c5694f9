# The data base shows what records said as what any makefile said, also when it is asked for late.
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
# 
# x.o: $(deps_x.o)
# 
# $(deps_x.o):
# END
# SH: mkdir -p d include/config
# SH: touch -d 2001-01-01 a.h d/b.h include/config/YES x.c; touch -d 2002-01-01 x.o
# RUN: -s show
# RUN: -s show late=1
# RUN: -s show want='-n x.o'
# RUN: -s show want='a.h'
SHOW = sed -n '/^\# Files/,$$p' | sed '/^\# Not a target:$$/,/^$$/d' | sed '/Last modified/d; /^\#  *[0-9]/d; /stats/,$$d'
x.o: x.c ; @echo '?: $?'
-include .x.o.cmd
a.h: d/b.h
ifdef late
MAKEFLAGS += $(if $(filter 0,$(MAKELEVEL)),,-p)
endif
-include .x.o.cmd
d/b.h: x.c
show: ; @$(MAKE) --no-print-directory $(if $(late),,-p) -r -R $(want) | $(SHOW)
