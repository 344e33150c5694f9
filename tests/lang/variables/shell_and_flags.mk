# SHELL and .SHELLFLAGS, for recipes and $(shell); not taken from the environment; target-specific.
# COVERS: variable/.SHELLFLAGS variable/SHELL
# ENV: SHELL=/bin/false
# FILE: sh
# #!/bin/sh
# echo "sh: $*"
# END
# SH: chmod +x sh
$(info $(SHELL) [$(shell echo hi)])
all: a b
a: SHELL = ./sh
a:
	@one $$x; two
b: .SHELLFLAGS = -ec
b:
	-@false; echo not here
