# Under -q --trace still says why a target would be remade, and the prerequisites of grouped targets' peers are all asked.
# ARGS: --trace -q b
# ARGS: --trace -q c
# ARGS: --trace -qk c
# ARGS: --debug=w -q d
# ARGS: b
# ARGS: c
b c &:;echo $@
b: f1 f2
c: o1 f3 o2
f1 f2 f3:;@echo $@; false
o1 o2:;@echo $@
d: b; @echo
