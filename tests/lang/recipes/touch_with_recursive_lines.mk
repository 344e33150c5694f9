# -t runs recursive lines and then touches a target that has others.
# RUN: -t
# STATUS: 0
all: a b c
a:
	@echo plain
	+@echo rec
b:
	+@echo rec2
c:
	@echo plainc
