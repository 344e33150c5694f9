# KBUILD-FACTS 1: # in a recipe is literal, \# in a variable gives #; kbuild's `pound` and make-cmd.
# COVERS: kbuild/01-hash-in-recipes-and-variables
pound := \#
squote := '
escsq = $(subst $(squote),'\$(squote)',$1)
make-cmd = $(call escsq,$(subst $(pound),$$(pound),$(subst $$,$$$$,$(cmd_$(1)))))
cmd_x = echo 'a $(pound) b' "$$HOME"
all:
	@echo 'cmd_$@ := $(call make-cmd,x)' # not in it
	@echo a#b
