# The order that a seed gives is another one.
# COMPAT: 4.4.1
# DIFFERS: output differs
# RUN: --shuffle=1
# RUN: --shuffle=2
all: a b c d e f g h i j
a b c d e f g h i j: ; @echo $@
