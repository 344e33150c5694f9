# Several goals: the first failure ends it; a target named twice is made once.
# RUN: a a b
# RUN: bad a
# RUN: -k bad a
# STATUS: 2
a b:;@echo $@
bad:;@exit 1
