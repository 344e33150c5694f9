# Pattern rules: stems with directories, several prerequisites, first match, shortest stem, cancelled rules, chains.
# COVERS: rule/pattern automatic/$*
# FILE: x.src
# END
# FILE: dir/y.src
# END
all: x.out dir/y.out libfoo.z
%.mid: %.src
	@echo '$@ from $< stem $*'; cp $< $@
%.out: %.mid
	@echo '$@ from $< stem $* D $(*D) F $(*F)'; cp $< $@
lib%.z:
	@echo '$@ lib stem $*'
%.z:
	@echo '$@ any stem $*'
