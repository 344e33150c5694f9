# `+=` and `?=` of $(eval) go by the variable that is seen where they are done, in `foreach`, `let`, a call or a recipe, and set the global one.
# RUN:
# RUN: -e
# RUN: y=cmd t1=cmd
x = global
f = $(eval 1 += more)$(eval x += [$1])$1
$(info $(call f,one) $(value 1) $(flavor 1) $(origin 1))
$(info $(value x) $(flavor x) $(origin x))
$(foreach y,a b,$(eval y += c)$(info in $y $(flavor y) $(origin y)))
$(info $(value y) $(flavor y) $(origin y))
$(foreach z,a b,$(eval z ?= c))
$(info $(value z) $(flavor z) $(origin z))
v := simple
$(foreach v,1 2,$(eval v += $$(c)))
$(info $(value v) $(flavor v) $(origin v))
$(foreach v,1 2,$(eval override v += $$(x)))
$(info $(value v) $(flavor v) $(origin v))
define lines
define w +=
$$(c) dd
endef
endef
$(foreach w,1 2,$(eval $(lines)))
$(info $(value w) $(flavor w) $(origin w))
t1 = global
t2 = global
all: t1 = own
all: t2 := own
all: t3 = own
all: t4 = own
all: b
	$(eval t1 += more)$(eval t2 += $$(more) 1)$(eval t3 += more)$(eval t4 ?= more)
	@echo '$(value t1)' '$(value t2)' '$(value t3)' '$(value t4)'
	$(eval @ += more)$(info $@ $(value @) $(origin @))
b: ; @echo b
all: c
c: ; @$(foreach t,t1 t2 t3 t4,$(info $t $(value $t) $(flavor $t) $(origin $t)))
.DEFAULT_GOAL := d
d: all; @$(foreach t,t1 t2 t3 t4,$(info $t $(value $t) $(flavor $t) $(origin $t)))
