# What --debug=j says of processes.
# RUN: --debug=j
# RUN: -k --debug=jobs fail ok
# NORM: 0x[0-9a-f]+
# NORM: PID [0-9]+
# STATUS: 2
# SORT
all: a b; @:
a:; @ls >/dev/null; echo one
	@echo two
b:; touch $@
fail:; false; false
ok:; @true; true
