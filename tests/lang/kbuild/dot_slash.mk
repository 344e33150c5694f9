# KBUILD-FACTS 7: ./ goes in $^ but not in variables.
# COVERS: kbuild/07-dot-slash
obj := .
objs := $(obj)/x.a $(obj)/sub/y.a
all: $(objs)
	@echo '$^ | $(objs) | $(filter-out FORCE,$^)'
$(objs):;@echo '$@'
