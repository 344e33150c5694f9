# Names of makefiles are no archive members, whatever brackets they have.
# COVERS: directive/include
# FILE: x(a
# $(info $(lastword $(MAKEFILE_LIST)))
# END
# FILE: b)
# $(info $(lastword $(MAKEFILE_LIST)))
# END
include x(a b)
all: y(c
y(c: ; @echo '$@'
