# What an intermediate file is made from is entered anew, which gives a `::` name one more rule.
# RUN: -rR
d.c:: e.c d.o
%.y: d.c; echo '$*'
%: %.y e.c; @-echo a $@ from $^
