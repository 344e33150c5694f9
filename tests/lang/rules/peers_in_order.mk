# Of targets made together the last comes first: in the order of their prerequisites, of messages, and of removal.
# RUN: -r q
# RUN: -r a.2
# RUN: -r all
# RUN: -r d.2
# RUN: -r f
# RUN: -r e g
# RUN: -r x.7
p q r s &: ; touch p q r s; false
.DELETE_ON_ERROR:
%.1 %.2 %.3 %.4: ; touch $*.1 $*.2 $*.3 $*.4; false
%.5 %.6 %.7 %.8: ; touch $@; echo '$^'
.INTERMEDIATE: a.5 a.6 a.7
all: a.5
d.1: dd1
d.2: dd2
d.3: dd3
d.4: dd4
dd%: ; @echo $@
e: e1
f: f1
g: g1
e f g &: ; @echo '$@ $^'
e1 f1 g1: ; @echo $@
