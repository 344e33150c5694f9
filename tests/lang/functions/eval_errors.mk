# Errors in eval name the line it is on.
# RUN: 'E=$(eval foo bar)'
# RUN: 'E=$(eval $(LINES))'
# RUN: 'E=$(eval ifdef x)'
# RUN: 'E=$(eval endif)'
# RUN: 'E=$(eval $$(error second))'
# RUN: 'E=$(eval include nothing)'
# STATUS: 2
define LINES
x = 1

foo bar
endef


$(info $(E))
all:;@:
