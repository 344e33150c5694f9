# $(filter) of $^ and $+ where a record lists prerequisites: order and repetition are those of the text.
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
# SH: touch 'two words'
# RUN:
# SH: touch -d 2003-01-01 d/b.h
# RUN:
x.o: x.c two\ words FORCE x.c
	@echo '$(filter FORCE, $^)|$(filter FORCE,$+)|$(filter x.c %.h,$^)|$(filter x.c %.h, $+)|$(filter words,$^)|$(filter words%,$+)'
	@echo '$(filter-out x.c %.h,$^)|$(filter ,$^)|$(filter %,$^)|$(filter %,$(deps_x.o))|$(filter a.h d%,$(deps_x.o))|$(filter  x.c,$(^F))'
	@echo '$(filter FORCE a.h,$^ $+)|$(filter FORCE $(firstword $^), $^)|$(filter $(words $^) %YES,$^)|$(filter d/b.h,$?)|$(^D)|$(?F)'
FORCE:
-include .x.o.cmd
