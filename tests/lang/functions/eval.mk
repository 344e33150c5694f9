# eval: expanded twice; rules, definitions and conditionals in it; its messages name its own line.
# COVERS: function/eval
x = 1
$(info [$(eval y = $$(x))$(value y)] [$(eval )] [$(eval # comment)])
define RULE
$(1): $(2)
	@echo making $$@ from $$^ $(1) $$(x)
$(1)_VAR := $$(x)
endef
$(eval $(call RULE,a,b))
$(eval $(call RULE,b,))
$(foreach t,c d,$(eval $(call RULE,$t,a)))
define COND
ifdef undefined_variable
$(info expanded before it is read)
$$(info never)
else
$$(info else)
endif
endef
$(eval $(COND))
define WARN

$$(warning here)

$$(eval $$$$(warning there))
endef
$(eval $(WARN))
define DEFINE
define inner
line $$(x)
endef
endef
$(eval $(DEFINE))
x = 2
$(info $(inner) $(a_VAR) $(value inner))
all: c d
.DEFAULT_GOAL := all
