# A command of $(shell) decides whether the directory is announced: what a makefile says before counts, afterwards not.
# ENV: MAKELEVEL=1
# ARGS: FIRST=1
# ARGS: LAST=1
# ARGS: LAST=1 COMMAND=:
# ARGS: LAST=1 COMMAND=
# ARGS: LAST=1 -O
# ARGS: -n
COMMAND = echo here >&2
ifdef FIRST
MAKEFLAGS += --no-print-directory
endif
x := $(shell $(COMMAND))
ifdef LAST
MAKEFLAGS += --no-print-directory
endif
all: ; @echo all
