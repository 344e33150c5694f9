# .RECIPEPREFIX, changed and changed back.
.RECIPEPREFIX = >
all: b
>@echo $@
.RECIPEPREFIX =
b:
	@echo $@
