# .POSIX: -ec for the shell, other defaults.
.POSIX:
$(info $(CC) $(.SHELLFLAGS))
all:
	@false; echo not here
