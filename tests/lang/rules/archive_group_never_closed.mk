# A bracket that nothing closes begins no archive group.
# COVERS: rule/archive-member
# RUN: -k
all: a( b c(d e
a( b c(d e f(: ; @echo '$@'
