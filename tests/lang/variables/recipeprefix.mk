# .RECIPEPREFIX, changed and changed back.
# COVERS: variable/.RECIPEPREFIX
.RECIPEPREFIX = >
all: b
>@echo $@
.RECIPEPREFIX =
b:
	@echo $@
