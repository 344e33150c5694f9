# From 4.4 on the prerequisites of a target are expanded a second time when it is considered.
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
