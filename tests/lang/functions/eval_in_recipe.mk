# eval in a recipe may set variables, but not give prerequisites.
# COVERS: message/prerequisites-in-recipes
# RUN: all
# RUN: b
# RUN: c
# STATUS: 2
all:
	@echo $(eval x := 1)$(x)$(eval y = $$(x)2)$(y)
	@echo $(x) $(origin y)
b:;@echo $(eval q: r)
c:;@echo $(eval q: ; recipe)
