# --shuffle=reverse, identity and none; prerequisites in $^ keep their order.
# COMPAT: 4.4.1
# RUN: --shuffle=reverse
# RUN: --shuffle=identity
# RUN: --shuffle=none
# RUN: --shuffle=reverse x y
all: a b c
	@echo '$^'
a b c x y:;@echo $@
