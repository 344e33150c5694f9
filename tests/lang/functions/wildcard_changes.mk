# wildcard sees files that come and go between two calls.
# COMPAT: 4.4.1
$(info [$(wildcard new)$(wildcard *.n) $(wildcard 1 2 3 4 5 6 7 8)])
$(shell touch new x.n 8)
$(info [$(wildcard new)$(wildcard *.n) $(wildcard 1 2 3 4 5 6 7 8)])
$(shell rm new x.n)
$(info [$(wildcard new)$(wildcard *.n) $(wildcard 1 2 3 4 5 6 7 8)])
$(file >y.n,)
$(info [$(wildcard *.n)])
all: made
	@echo $(wildcard *.m)
made:; @touch 1.m 2.m
