# What --debug tells is printed at once: `Entering directory` waits for the first other output.
# ARGS: -w
# ARGS: -w nothing
# ARGS: -w -C d
# FILE: d/Makefile
# include ../Makefile
# END
MAKEFLAGS += --debug=b
all: ; @echo $@
.PHONY: nothing
nothing:
