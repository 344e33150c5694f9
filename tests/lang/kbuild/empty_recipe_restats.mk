# KBUILD-FACTS 5: a target with an empty recipe is looked at again after its phony prerequisite ran.
# COVERS: kbuild/05-empty-recipe-looks-again
# FILE: a/b.a
# END
# FILE: top
# END
# SH: touch -d 2001-01-01 a/b.a; touch -d 2002-01-01 top
# RUN:
# RUN: keep=1
all: top
top: a/b.a
	@echo 'link $@ for $?'; touch -d 2003-01-01 $@
a/b.a: a ;
a:
	$(if $(keep),@:,@echo descend; touch -d 2002-06-01 a/b.a)
.PHONY: a
