# MAKEFILE_LIST, CURDIR's last part, MAKELEVEL, MAKECMDGOALS, .DEFAULT_GOAL, .RECIPEPREFIX, MAKE_RESTARTS, MAKE_VERSION, .INCLUDE_DIRS.
# COVERS: variable/.DEFAULT_GOAL variable/.INCLUDE_DIRS variable/MAKE_VERSION variable/MAKELEVEL
# ARGS: -I inc two one
# FILE: inc/x.mk
# $(info in x: $(MAKEFILE_LIST) | $(lastword $(MAKEFILE_LIST)))
# END
$(info [$(.DEFAULT_GOAL)])
include x.mk
$(info $(MAKEFILE_LIST))
one: ; @echo $@ $(MAKELEVEL) $(MAKECMDGOALS)
two: ; @echo $@ $(.DEFAULT_GOAL)
$(info [$(.DEFAULT_GOAL)] $(notdir $(CURDIR)) [$(.RECIPEPREFIX)] [$(MAKE_RESTARTS)] $(MAKE_VERSION) $(firstword $(.INCLUDE_DIRS)) [$(.SHELLFLAGS)] $(SHELL) $(MAKE))
.DEFAULT_GOAL := two
$(info [$(.DEFAULT_GOAL)])
