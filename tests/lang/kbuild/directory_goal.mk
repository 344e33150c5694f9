# KBUILD-FACTS 8: k/ and k are two targets; the default goal is the one with the slash.
# COVERS: kbuild/08-directory-and-name-without-slash
# FILE: k/file
# END
obj := k
$(obj)/:
.DEFAULT_GOAL := $(obj)/
$(obj)/: $(obj)/built-in.a ; @echo '$@ has $^'
$(obj)/built-in.a:; @echo '$@'
$(obj):;@echo no
