# Target-specific variables reach prerequisites; each operator; private stops at the target.
# COVERS: assignment/target-specific
v = global
w = base
all: a b
a: v = for-a
a: w += more
a: x := $(v)
a: private p = mine
a: y ?= cond
a: c
b: w := b
a b c:
	@echo $@: $(v) $(w) [$(x)] [$(p)] [$(y)] $(origin v)
