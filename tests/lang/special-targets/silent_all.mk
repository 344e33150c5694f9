# .SILENT and .IGNORE for all.
all:
	echo quiet
	false
	echo after
.SILENT:
.IGNORE:
