# A target's variable that is set by an eval in a foreach sees the foreach's variable.
x := global
define RULE
t-$(x): x := $(x)
t-$(x): z := $$(x)
t-$(x): ; @echo "$(x) $$(z)"
endef
$(foreach x,a b,$(eval $(value RULE)))
all: t-a t-b t-global
x := later
$(eval $(value RULE))
t-global: ; @echo none
all: t-later
.DEFAULT_GOAL := all
