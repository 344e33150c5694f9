# KBUILD-FACTS 2: the check of a saved command is a filter-out, in which % is a wildcard.
# COVERS: kbuild/02-cmd-check-is-a-filter
empty :=
space := $(empty) $(empty)
space_escape := _-_SPACE_-_
cmd-check = $(filter-out $(subst $(space),$(space_escape),$(strip $(savedcmd_$(1)))), \
  $(subst $(space),$(space_escape),$(strip $(cmd_$(1)))))
savedcmd_a = gcc % x.c
cmd_a = gcc -O2 x.c
savedcmd_b = gcc -O2 x.c
cmd_b = gcc % x.c
savedcmd_c = gcc a%b%
cmd_c = gcc axb%
$(foreach v,a b c,$(info $v: [$(call cmd-check,$v)]))
all:;
