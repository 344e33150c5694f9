# .IGNORE and .SILENT for single targets.
# COVERS: special-target/.IGNORE special-target/.SILENT
all: a b
a b:
	echo $@; false
	@echo after $@
.IGNORE: a
.SILENT: b
