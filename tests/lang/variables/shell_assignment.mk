# != takes one newline away from the end, $(shell) all.
# COVERS: assignment/!= variable/.SHELLSTATUS
x != printf 'a\nb\n\n\n'
y := $(shell printf 'a\nb\n\n\n')
z != printf 'a$$b\n'; exit 3
$(info [$(x)] [$(y)] [$(value z)] [$(.SHELLSTATUS)] $(flavor x))
define w !=
echo a
echo b
endef
$(info [$(w)])
all:;@:
