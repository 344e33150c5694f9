# Computed names, nested references, one-letter names, names with odd characters, both kinds of brackets.
x = y
y = z
z = end
a-b.c = dash
A! = bang
$(x)_s = computed
"q = quoted
$(info $($($(x))) ${$(x)} $x$(y) $(a-b.c) $(A!) $(y_s) ${${x}_s} $("q))
dir = foo_
$(dir)print = [$(1)]
$(info $(call $(dir)print,arg) $(foo_print))
all:;
