# The variables of a record are variables like any others.
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
# RUN: deps_x.o=other
# RUN: -e
# ENV: deps_x.o=env
# RUN: cmd_x.o=line
-include .x.o.cmd
$(info $(origin deps_x.o) $(flavor deps_x.o) [$(value deps_x.o)] $(words $(deps_x.o)) $(deps_x.o:.h=.H))
$(info $(sort $(filter deps_% cmd_% source_%,$(.VARIABLES))))
V := $(deps_x.o)
deps_x.o += more
$(info [$V] [$(deps_x.o)])
x.o: deps_x.o += own
x.o: ; @echo '[$(deps_x.o)]' '$(cmd_$@)' '$(source_$@)'
undefine cmd_x.o
ifdef deps_x.o
$(info defined)
endif
export deps_x.o
