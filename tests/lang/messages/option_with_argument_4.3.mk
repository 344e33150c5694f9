# COMPAT: 4.3
# Options nobody knows are quoted with their argument. (What follows differs: make's own switches.)
# STATUS: 2
# NORM: (?s)Usage: .*
# RUN: --foo=bar
# RUN: --no=1
# RUN: --silent=1
# RUN: --foo
# RUN: --shuffle
# RUN: --jobserver-style=pipe
all: ; @echo $@
