# Wildcards in a pattern rule's prerequisites and in archive members stand for what exists.
# SH: touch -d 2002-01-01 a.one a.two a.three a1.o a2.o b.x; ar rcU lib.a a1.o a2.o b.x
# RUN: a.four
# RUN: members
# SH: touch -d 2001-01-01 a2.o
# RUN: members none
# STATUS: 2
%.four : %.t* ; @echo $@: $(sort $^)
members: lib.a(a*.o b.x);@echo $^ / $?
none: lib.a(zz*)
