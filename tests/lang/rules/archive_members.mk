# Archive members as targets and prerequisites: $@, $%, rebuilt when the member is older.
# WITHOUT: n q t
# COVERS: rule/archive-member
# FILE: a.c
# int a;
# END
# RUN:
# RUN:
# SH: ar t lib.a > members; rm lib.a
ARFLAGS = -rvU
all: lib.a(a.o b.o)
lib.a(b.o): b.o
	@echo '$@ $% $<'; ar -rcU $@ $<
a.o b.o:
	@echo making $@; echo > $@
(%): %
	@echo 'member $@ $% $*'; ar -rcU $@ $<
.PRECIOUS: %.o
