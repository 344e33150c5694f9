# Recipe lines are counted from the first, whatever stands between; in an eval all is on the eval's line.
# COVERS: message/ignoring-old-recipe
# RUN: -k all
# RUN: -k evaluated
# STATUS: 2
all: a b
a:
	@: one \
	two
	@: $(warning second)

# comment

	@: $(warning third)
	false
b: ; @: $(warning first) \
	still first
	@: $(warning second)

	false
define E

evaluated:
	@: $$(warning first)

	@: $$(warning second) \
	$$(warning still second)
	false
v = $$(word x,a)
$$(warning in eval)
evaluated: ; @echo other
evaluated:
	@echo $$(v)
endef
$(eval $(E))
