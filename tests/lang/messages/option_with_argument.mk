# Options nobody knows are quoted with their argument. (What follows differs: make's own switches.)
# COVERS: message/unrecognized-option message/ambiguous-option message/option-takes-none
# STATUS: 2
# NORM: (?s)Usage: .*
# RUN: --foo=bar
# RUN: --no=1
# RUN: --silent=1
# RUN: --foo
all: ; @echo $@
