# Expansion of names in export, undefine, override, vpath, include and targets.
names = A B
A = a
B = b
export $(names)
override $(firstword $(names)) = over
dir = src
vpath %.c $(dir)
undefine $(lastword $(names))
t = all $(empty)
$(t): $(addsuffix .x,1 2) ; @echo "$$A|$$B" '$^'
%.x:;@echo $@
