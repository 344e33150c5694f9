# In 4.3 a make that announces its directory says w in MAKEFLAGS, whatever a makefile says later.
# COMPAT: 4.3
# ARGS: -C .
# ARGS: -s -C .
# ARGS: -w
# ARGS: --no-print-directory -C .
# ARGS: -q -C .
# ARGS: -n -C .
$(info [$(MAKEFLAGS)] $(MFLAGS))
MAKEFLAGS += --no-print-directory
all:
	@echo '[$(MAKEFLAGS)]' "$$MAKEFLAGS"
ifeq ($(MAKELEVEL),0)
	@$(MAKE)
endif
