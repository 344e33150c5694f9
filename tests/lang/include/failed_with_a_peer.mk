# A makefile whose pattern rule failed for an optional one before it is named; with -k nothing is said of optional ones.
# WITHOUT: i
# COVERS: message/failed-to-remake
# RUN:
# RUN: -k
# RUN: -f second
# RUN: -k -f second
# RUN: -j3 -k -f second
# FILE: second
# all:bar;@:
# -include foo
# include foo2
# foo: bar
# bar:; @exit 1
# foo2:;@echo made foo2 >&2;exit 1
# END
# STATUS: 2
all:; @echo hello
-include inc_a.mk
include inc_b.mk
%_a.mk %_b.mk:; exit 1
