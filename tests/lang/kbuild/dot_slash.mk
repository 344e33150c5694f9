# KBUILD-FACTS 7: ./ goes in $^ but not in variables.
obj := .
objs := $(obj)/x.a $(obj)/sub/y.a
all: $(objs)
	@echo '$^ | $(objs) | $(filter-out FORCE,$^)'
$(objs):;@echo '$@'
