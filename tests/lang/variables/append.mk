# += on each flavour, on nothing, with an empty right side, and on a value of another flavour.
# COVERS: assignment/+=
r = a
r += $(x)
s := a
s += $(x)
i :::= a$$
i += $(x)
n += b
e :=
e += c
t := t
t +=
x = later
i += more
$(info [$(r)] [$(s)] [$(i)] [$(n)] [$(e)] [$(t)])
$(foreach v,r s i n e t,$(info $v $(flavor $v) [$(value $v)]))
all:;
