# Exported recursive variables are expanded for each recipe, in the target's context; $(shell) in them runs for each.
# COVERS: kbuild/16-exported-recursive-variables
export R = [$@ $(v)]
export COUNT = $(shell echo x >> count; wc -l < count)
v = global
all: a b
a: v = a
a b:
	@echo "$$R" "$$COUNT"
