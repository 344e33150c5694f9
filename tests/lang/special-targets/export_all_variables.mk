# .EXPORT_ALL_VARIABLES exports all but what unexport names and names a shell cannot have.
# COVERS: special-target/.EXPORT_ALL_VARIABLES
a = 1
b = $(a)2
unexport c
c = 3
d-e = 4
_f := 5
.EXPORT_ALL_VARIABLES:
all:
	@echo "$$a|$$b|$$c|$$_f"; env | grep -c '^d-e=' || :
