# A record that was cut off half way.
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
# SH: n=$(wc -l < .x.o.cmd); for i in $(seq $n); do head -n $i .x.o.cmd > cut$i; done; head -c 40 .x.o.cmd > cut40; head -c 150 .x.o.cmd > cut41; head -c -1 .x.o.cmd > cut42
# RUN: cut=cut1
# RUN: cut=cut2
# RUN: cut=cut3
# RUN: cut=cut4
# RUN: cut=cut5
# RUN: cut=cut6
# RUN: cut=cut7
# RUN: cut=cut8
# RUN: cut=cut9
# RUN: cut=cut10
# RUN: cut=cut11
# RUN: cut=cut12
# RUN: cut=cut13
# RUN: cut=cut14
# RUN: cut=cut15
# RUN: cut=cut16
# RUN: cut=cut40
# RUN: cut=cut41
# RUN: cut=cut42
x.o: x.c FORCE ; @echo '<: $<' '?: $?' '^: $^' '+: $+' '|: $|' '*: $*' 'cmd: $(cmd_$@)' 'deps: [$(deps_x.o)]'
FORCE:
-include $(cut)
.PHONY: FORCE
