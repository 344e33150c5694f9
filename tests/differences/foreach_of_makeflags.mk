# MAKEFLAGS as the variable of a foreach.
# COMPAT: 4.4.1
# DIFFERS: output differs
x := $(foreach MAKEFLAGS,k s,$(eval MAKEFLAGS += -n)[$(MAKEFLAGS)])
$(info $(x) [$(MAKEFLAGS)])
all: ; @echo '$(MAKEFLAGS)'
