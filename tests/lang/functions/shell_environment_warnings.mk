# What is told while the environment of $(shell) is made names where that stands; for a recipe's, the variable's place.
# ARGS: --warn-undefined-variables
# ARGS: --warn-undefined-variables b
export X = 10 $(W)
W = $(warning in W)$(Q)

Z := $(shell echo $$X)

a:
	@echo $(shell echo 1) $$X
b:
	@echo \
	$(shell echo 1)

V = $(shell echo $$X)
Y := $(V)
