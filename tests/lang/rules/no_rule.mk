# No rule, alone and as a prerequisite; -k goes on and says so.
# COVERS: message/no-rule
# RUN: nosuch
# RUN: t
# RUN: -k all nosuch other
# STATUS: 2
t: missing ; @echo no
other:;@echo other
all: t other
