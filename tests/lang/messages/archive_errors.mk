# -t with archives and members that are not there.
# RUN: -t none.a(x.o)
none.a(x.o): x.o
x.o:;@touch $@
