# .IGNORE and .SILENT for single targets.
all: a b
a b:
	echo $@; false
	@echo after $@
.IGNORE: a
.SILENT: b
