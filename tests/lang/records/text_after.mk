# Text after a record, which means what it always means.
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
# SH: (cat .x.o.cmd; echo '#SYMVER f 0x1') > t1; (cat .x.o.cmd; echo 'x.o: y') > t2; (cat .x.o.cmd; echo 'y: ; @:') >> t2; (cat .x.o.cmd; printf '\t@echo more\n') > t3; (cat .x.o.cmd; echo 'cmd_x.o += more') > t4; (cat .x.o.cmd; printf 'cmd_x.o := again') > t5
# RUN: rec=t1
# RUN: rec=t2
# RUN: rec=t3
# RUN: rec=t4
# RUN: rec=t5
x.o: x.c FORCE ; @echo '<: $<' '?: $?' '^: $^' '+: $+' '|: $|' '*: $*' 'cmd: $(cmd_$@)' 'deps: [$(deps_x.o)]'
FORCE:
-include $(rec)
.PHONY: FORCE
