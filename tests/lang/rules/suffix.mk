# Suffix rules: double, single, .SUFFIXES cleared and set, with prerequisites they are no suffix rules.
# COVERS: rule/suffix
# FILE: a.foo
# END
# FILE: b.foo
# END
.SUFFIXES:
.SUFFIXES: .foo .bar
all: a.bar b .foo.baz
.foo.bar:
	@echo '$@ from $< $*'
.foo:
	@echo '$@ from $< $*'
.foo.baz:
	@echo plain target $@
