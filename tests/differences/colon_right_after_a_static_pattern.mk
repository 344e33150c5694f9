# A variable that brings the target and a blank before the target pattern: make takes the colon written right behind it twice.
# DIFFERS: ^ *-.*No rule to make target ':'
V = a: %
all: a
$(V): b; @echo '$@ $^'
b:;
