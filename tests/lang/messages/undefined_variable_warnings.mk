# --warn-undefined-variables: where it warns and where not.
# COVERS: message/undefined-variable
# RUN: --warn-undefined-variables
x = $(nosuch)
ifdef nosuch
endif
y := $(nosuch) $(nosuch:a=b) $(origin nosuch) $(value nosuch) $(if $(nosuch2),a)
$(info $(x))
all: $(nosuch3)
	@echo $(nosuch4) $@ $% $(.SHELLSTATUS)
