# COMPAT: 4.3
# -q: the directory is announced only before something else is said.
# RUN: -C . -q quiet
# RUN: -w -q quiet
# RUN: -C . -q empty
# RUN: -C . -q info
# RUN: -C . -q missing
# RUN: -C . -q command
# RUN: -C . -q X=1 quiet
ifdef X
Y := $(shell echo here >&2)
endif
quiet: ; @echo no
empty: ;
info: ; $(info said)@echo no
missing: nothing ;
command: ; +@echo yes
