# KBUILD-FACTS 4: .cmd files are read for existing targets only.
# COVERS: kbuild/04-saved-commands-of-missing-targets
# FILE: .x.o.cmd
# cmd_x.o := same
# END
# RUN:
# RUN:
targets := x.o
cmd = same
existing-targets := $(wildcard $(sort $(targets)))
-include $(foreach f,$(existing-targets),$(dir $(f)).$(notdir $(f)).cmd)
all: x.o
x.o: FORCE
	$(if $(filter-out $(cmd_$@),$(cmd)),@echo build $@; touch $@,@:)
FORCE:
.PHONY: FORCE
