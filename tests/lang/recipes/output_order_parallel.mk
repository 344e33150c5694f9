# -j with -O groups each target's lines.
# ARGS: -j3 -Otarget
# SORT
all: a b c
a b c:
	@echo $@ 1
	@echo $@ 2
