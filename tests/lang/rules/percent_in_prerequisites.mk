# Several %, escaped ones, and stems with directories in prerequisites.
# FILE: d/xay.c
# END
all: d/xay.o e%
d/x%y.o: d/x%y.c d/%%
	@echo '$@ $^ $*'
d/a%:;@echo '$@'
e\%:;@echo '$@'
