# A rule for an included makefile that fails, and one for an optional include.
# STATUS: 2
all:;
-include optional.mk
include needed.mk
optional.mk:; @echo optional; false
needed.mk:; @echo needed; false
