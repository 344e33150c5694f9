# The prerequisites of targets made together: those of a peer are put in another order only where a goal leads to it; -d
# tells of the mode.
# COMPAT: 4.4.1
# NORM: version
# RUN: --shuffle=reverse b
# RUN: --shuffle=reverse c
# RUN: --shuffle=reverse all
# RUN: --shuffle=reverse d b
# RUN: --shuffle=reverse --debug=b e
# RUN: --shuffle=none --debug=b e
# RUN: --shuffle=identity --debug=b e
b c &: ; @echo $@
b: f1 f2
c: o1 f3 o2
f1 f2 f3 o1 o2: ; @echo $@
d: c ; @echo $@
all: b c ; @echo $@
e:
