# `.SHELLSTATUS` belongs to the scope its command was run in: a call, a `foreach`, a target; what is outside does not see it.
# RUN: -r all
# RUN: -r all2
# RUN: -r e
S = [$(origin .SHELLSTATUS) $(flavor .SHELLSTATUS) $(.SHELLSTATUS)]
f = $(shell exit $1)$S
g = $(call f,$1)$S
$(info 1 $S)
$(info 2 $(call f,3) $S)
$(info 3 $(call g,4) $S)
$(info 4 $(foreach x,1 2,$(shell exit $x)$S) $S)
$(info 5 $(let x y,1 2,$(shell exit $x)$S) $S)
$(info 6 $(call f,3)$(eval X != exit 5)$S)
$(info 7 $(call f,3)$(eval X := $$(call g,6)$$S)$X$S)
h = $(eval X != exit 7)$S
$(info 8 $(call h) $S)
$(foreach x,1,$(eval Y != exit 8)$(info 9 $S))
$(info 10 $S $(Y))
$(shell exit 9)

all: TV != exit 4
all: b c; @echo $S $(shell exit 2)$S
	@echo $S
b: ; @echo $S $(shell exit 2)$S $(call f,4)$S
c: ; @echo $S $(shell false)$S
	@$(eval Z != exit 6)echo $S
	@echo $S
d: ; @echo d $S
d: e
all2: d all
%.p: ; @echo $S $(shell exit 7) $S
all2: x.p y.p
.SECONDEXPANSION:
e: $$(info sec $$(shell exit 3) $$S)
define m
@echo $(shell exit 1)$S
@echo $S
endef
e: ; $(m)
export .SHELLSTATUS
unexport .SHELLSTATUS
undefine .SHELLSTATUS
$(info 12 $S)
$(info 13 $(shell exit 2)$S)
.SHELLSTATUS = mine
$(info 14 $S $(shell exit 3)$S)
