# The same in 4.3.
# COMPAT: 4.3
# ARGS: --trace -q b
# ARGS: --trace -q c
# ARGS: --trace -qk c
# ARGS: --debug=w -q d
b c &:;echo $@
b: f1 f2
c: o1 f3 o2
f1 f2 f3:;@echo $@; false
o1 o2:;@echo $@
d: b; @echo
