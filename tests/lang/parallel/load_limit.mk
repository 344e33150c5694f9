# -l with a number, without one, and what MAKEFLAGS says of it.
# RUN: -j2 -l 1000
# RUN: -l
# NORM: --jobserver-auth=[^ \]]+
all: a b
	@echo '[$(MAKEFLAGS)]'
a b:;@:
