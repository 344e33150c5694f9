# COMPAT: 4.3
# 4.3 expands the prerequisites of all targets a second time before it makes anything.
# RUN: all
# RUN: two
# RUN: four
# RUN: bad=1 four
.SECONDEXPANSION:
all: V = in
V = out
all: gen two three ; @echo $@: $^
gen: ; @touch new.x
two: $$(wildcard *.x) ; @echo $@: [$^]
three: $$(info V is $$(V)) ; @echo $@: $(V)
P = no
th%: P = pattern
three: $$(info P is $$(P))
four: ; @echo $@
five:: $$(info first of $$@)
five:: $$(info second of $$@)
six seven: $$(info both $$@)
x.o y.o: %.o: $$(info static $$* $$@)
%.q: $$(info never $$*)
ifdef bad
other: $$(error told)
endif
