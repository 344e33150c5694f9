# Line breaks at the end of prerequisites are no part of a name, others are.
# RUN: -r
# RUN: -r c
# RUN: -r d e.x
define A :=
a

endef
define B :=

b


endef
all: $(A)
b: x $(B)
c: $(A) y
d: %: %.q $(A)
%.x: $(A); @echo "$^"
.DEFAULT:; @echo "[$@]"
