# .EXTRA_PREREQS counts but is not in $^.
# COVERS: variable/.EXTRA_PREREQS
.EXTRA_PREREQS = tool
all: t
t: .EXTRA_PREREQS += more
t: a
	@echo '$@: $^'
a tool more:;@echo $@
