# What stands in a branch not taken is not expanded, not even when it is wrong.
ifdef nosuch
$(error no)
this is no rule
include nosuch
	stray recipe
define x
endif
endef
endif
all:;@echo ok
