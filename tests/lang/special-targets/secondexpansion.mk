# .SECONDEXPANSION: $$ in prerequisites, automatic variables there, in each kind of rule.
# COVERS: special-target/.SECONDEXPANSION
.SECONDEXPANSION:
a_deps = x y
x_v = first
all: a s.o p.q $$(x_v)
a: $$($$@_deps) | $$(firstword $$(a_deps))
	@echo '$@: $^ | $|'
s.o: %.o: $$*.c $$(@D)/z
	@echo '$@: $^ stem $*'
%.q: $$*.in $$(addsuffix .x,$$@)
	@echo '$@: $^'
x_v = second
x y second s.c z p.in p.q.x:;@echo making $@
