# A define that is expanded at once names the line of its endef.
# ARGS: --warn-undefined-variables
# STATUS: 0
define x.y :=

$(F:%=%)
endef
all:;@:
