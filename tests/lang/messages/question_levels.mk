# -q through sub-makes.
# RUN: -q
# RUN: -q done
# FILE: sub/Makefile
# all: x
# x:; touch x
# END
all:
	@$(MAKE) -C sub
done:
