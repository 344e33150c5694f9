# .POSIX: -ec for the shell, other defaults.
# COVERS: special-target/.POSIX
.POSIX:
$(info $(CC) $(.SHELLFLAGS))
all:
	@false; echo not here
