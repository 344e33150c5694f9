# .DEFAULT gives a recipe to what has none.
all: x y
y: z
.DEFAULT:
	@echo 'default for $@ [$<]'
