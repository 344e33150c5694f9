# Places of messages: in included files, in recipes, in define, after line continuations.
# FILE: inc.mk
#
# $(warning in included file)
# x = \
#   $(warning late)
# END
include inc.mk
define lines
$(warning one)
$(warning two)
endef
all: a
	@echo \
		$(warning in recipe)
	$(x)
	$(lines)
a: $(warning prerequisite) \
	$(warning continued)
$(lines)
