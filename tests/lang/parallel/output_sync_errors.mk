# -O: a failing target's lines come before the message about it.
# ARGS: -j2 -O
# STATUS: 2
all: a
a:
	@echo line; echo error line >&2; exit 3
