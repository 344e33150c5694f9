# `a ::$= b` names the prerequisites `$=` and `b` for make; here it is an assignment to the variable `=`.
# DIFFERS: ^ *-.*No rule to make target '\$='
all: a
a ::$= b
a:: ; @echo $@
