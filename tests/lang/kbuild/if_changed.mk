# KBUILD-FACTS 16 to 21: if_changed as kbuild defines it, through saved commands, quiet output and V=1.
# COVERS: option/-s
# RUN:
# RUN:
# RUN: FLAGS=-n
# RUN: V=1 FLAGS=-x
# SH: rm -f out/a
# RUN: V=1 FLAGS=-x
# RUN: -s FLAGS=-y
# FILE: in
# END
ifeq ($(V),1)
  quiet =
  Q =
else
  quiet = quiet_
  Q = @
endif
ifneq ($(findstring s,$(firstword -$(MAKEFLAGS))),)
  quiet = silent_
endif
empty :=
space := $(empty) $(empty)
space_escape := _-_SPACE_-_
pound := \#
squote := '
escsq = $(subst $(squote),'\$(squote)',$1)
dot-target = $(dir $@).$(notdir $@)
make-cmd = $(call escsq,$(subst $(pound),$$(pound),$(subst $$,$$$$,$(cmd_$(1)))))
cmd-check = $(filter-out $(subst $(space),$(space_escape),$(strip $(cmd_$@))), $(subst $(space),$(space_escape),$(strip $(cmd_$1))))
newer-prereqs = $(filter-out $(PHONY),$?)
check-FORCE = $(if $(filter FORCE, $^),,$(warning FORCE prerequisite is missing))
if-changed-cond = $(newer-prereqs)$(cmd-check)$(check-FORCE)
echo-cmd = $(if $($(quiet)cmd_$(1)),echo '  $(call escsq,$($(quiet)cmd_$(1)))$(why)';)
quiet_redirect :=
silent_redirect := exec >/dev/null;
delete-on-interrupt = $(if $(filter-out $(PHONY), $@), $(foreach sig, HUP INT QUIT TERM PIPE, trap 'rm -f $@; trap - $(sig); kill -s $(sig) $$$$' $(sig);))
cmd = @$(if $(cmd_$(1)),set -e; $($(quiet)log_print) $(echo-cmd) $($(quiet)redirect) $(delete-on-interrupt) $(cmd_$(1)),:)
if_changed = $(if $(if-changed-cond),$(cmd_and_savecmd),@:)
cmd_and_savecmd = $(cmd); printf '%s\n' 'cmd_$@ := $(make-cmd)' > $(dot-target).cmd
quiet_cmd_copy = COPY    $@
      cmd_copy = cp $< $@; echo 'flags $(FLAGS) $$' > $@
all: out/a
out/a: in FORCE
	$(call if_changed,copy)
$(shell mkdir -p out)
targets := out/a
existing-targets := $(wildcard $(sort $(targets)))
-include $(foreach f,$(existing-targets),$(dir $(f)).$(notdir $(f)).cmd)
PHONY := FORCE all
FORCE:
.PHONY: $(PHONY)
