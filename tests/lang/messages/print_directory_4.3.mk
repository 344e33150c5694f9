# COMPAT: 4.3
# In 4.3 a make that announces its directory by itself says so in MAKEFLAGS, --no-print-directory holds wherever it
# was said, and what a makefile says counts when reading is over.
# RUN:
# RUN: -C .
# RUN: -C . -s
# RUN: -C . -Orecurse
# RUN: --no-print-directory -w
# RUN: -w --no-print-directory
# RUN: A=-C.
# RUN: A=-w --no-print-directory
# RUN: -C . F=--no-print-directory
# RUN: F=--no-print-directory
# RUN: F=-w
# RUN: F=-w --no-print-directory
# RUN: F=-w --no-print-directory -C .
# RUN: -C . F=s
MAKEFLAGS += $(F)
$(info $(MAKELEVEL) [$(MAKEFLAGS)])
all: ; @echo $(MAKELEVEL) [$(MAKEFLAGS)] "[$$MAKEFLAGS]" [$(MFLAGS)]
ifneq ($(MAKELEVEL),2)
	@$(MAKE) $(A)
endif
