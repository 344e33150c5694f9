# .DELETE_ON_ERROR removes what a failing recipe changed, but not precious or phony targets.
# ARGS: -k
# FILE: old
# old
# END
all: a b p old
a b p:
	@echo x > $@; exit 3
old: force
	@false
force:
.PRECIOUS: b
.PHONY: p
.DELETE_ON_ERROR:
