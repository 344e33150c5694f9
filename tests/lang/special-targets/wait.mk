# .WAIT is no prerequisite and appears in none of the lists.
# COVERS: special-target/.WAIT
# ARGS: -j4
all: a .WAIT b
	@echo '$^'
a:; @sleep 0.2; echo a
b:; @echo b
