# -O in each mode leaves each piece whole.
# SORT
# RUN: -j2 -Oline
# RUN: -j2 -Otarget
# RUN: -j2 -Orecurse
# RUN: -j2 -Onone
# RUN: -j2 -O
# FILE: sub.mk
# all: x y
# x y:;@echo sub $@; echo sub again $@
# END
all: a b sub
a b:
	@echo $@ 1
	@echo $@ 2 >&2
sub:
	@$(MAKE) --no-print-directory -f sub.mk
