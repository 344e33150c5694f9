# .ONESHELL gives a recipe to one shell; only the first line's prefixes count.
# COVERS: special-target/.ONESHELL
.ONESHELL:
all: a b
a:
	@x=1
	@echo "x is $$x"
	echo two
b:
	echo b
	@false
	echo goes on
