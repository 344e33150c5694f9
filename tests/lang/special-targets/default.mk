# .DEFAULT gives a recipe to what has none.
# COVERS: rule/last-resort special-target/.DEFAULT
all: x y
y: z
.DEFAULT:
	@echo 'default for $@ [$<]'
