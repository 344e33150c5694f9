# foreach and eval of templates, as kbuild makes rules for multi-object modules.
suffix-search = $(strip $(foreach s,$3,$($(1:%$(strip $2)=%$s))))
multi-search = $(sort $(foreach m,$1,$(if $(call suffix-search,$m,$2,$3),$m)))
multi_depend = $(foreach m,$1,$(eval $m: $(addprefix $(obj)/,$(call suffix-search,$(notdir $m),.o,$3))))
obj := d
a-y := a1.o a2.o
b-objs := b1.o
multi := $(call multi-search,a.o b.o c.o,.o,-objs -y -m)
$(info $(multi))
$(call multi_depend,$(addprefix d/,$(multi)),.o,-objs -y)
all: d/a.o d/b.o
d/%.o:
	@echo '$@ <- $^'
