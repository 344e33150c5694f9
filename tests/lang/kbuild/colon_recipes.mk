# KBUILD-FACTS 18: `@:`, `;` and a phony target without a recipe give three messages.
# COVERS: kbuild/18-nothing-to-be-done
# RUN: a
# RUN: b
# RUN: c
# RUN: a b c
.PHONY: a b c
a:
	@:
b: ;
c:
