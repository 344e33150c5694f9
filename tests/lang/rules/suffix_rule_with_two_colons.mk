# A `::` rule for the name of a built-in suffix rule takes its recipe from it; what is made of that name itself keeps it, as
# the last of its rules, in 4.4.
# COVERS: rule/suffix rule/double-colon
# FILE: foo.o
# END
# FILE: bar.c
# END
# RUN: -nk foo bar.o .o .c.o .c
# RUN: -nk foo bar.o .o .c.o .c R=r
# STATUS: 2
MAKEFLAGS += $R
.o::
.c.o:: ; @echo own
.c:: foo.o
