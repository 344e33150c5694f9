# KBUILD-FACTS 12: obj= on a sub-make's line reaches all descendants; a child's own argument wins, an empty one too.
# COVERS: kbuild/12-command-line-to-all-descendants
# FILE: build.mk
# $(info [$(obj)] [$(need-builtin)] $(MAKELEVEL))
# all: $(if $(filter-out c,$(obj)),next)
# next:;@$(MAKE) -f build.mk obj=$(if $(filter a,$(obj)),b,c) $(if $(filter b,$(obj)),need-builtin=)
# END
MAKEFLAGS += --no-print-directory
all:;@$(MAKE) -f build.mk obj=a need-builtin=1
