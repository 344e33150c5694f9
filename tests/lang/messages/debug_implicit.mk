# What --debug=i and -d say of the search for implicit rules, with none built in.
# WITHOUT: t
# COVERS: message/up-to-date
# COVERS: message/debug-looking message/debug-none-found message/debug-found-rule message/debug-trying-pattern message/debug-trying-prerequisite
# COVERS: message/debug-trying-rule-prerequisite message/debug-rejecting-impossible message/debug-intermediate
# COVERS: message/debug-recursion message/debug-harder message/debug-ought
# COVERS: message/debug-found message/debug-not-found message/debug-found-vpath message/debug-looking-archive message/debug-removing-intermediates
# NORM: version
# NORM: time [0-9]+ s in
# SH: mkdir s && touch s/v.src x.a plain.in m.o y.p && ar rc lib.a m.o && touch -d 2040-01-01 m.o
# RUN: --debug=i -rR x.d
# RUN: --debug=v,i -rR x.d
# RUN: --debug=i -rR v.out
# RUN: --debug=i -rR nothere.zzz
# RUN: --debug=i -rR given.out
# RUN: --debug=i -rR two.x
# RUN: --debug=i -rR 'lib.a(m.o)'
# RUN: --debug=i -rR 'lib.a(n.o)'
# RUN: --debug=i -rR dir/plain.out
# RUN: --debug=i -rR y.q
# RUN: --debug=i -rR compat.x
# RUN: --debug=i -rR compat2.x
VPATH = s
.SUFFIXES:
%.b: %.a; cp $< $@
%.c: %.b; cp $< $@
%.d: %.c; cp $< $@
%.out: %.src; echo $<
%.out: %.in; echo $<
%.x: %.none both.given; echo $@
%.x: %.x1; echo $@
%.x1: %.x2; echo $@
%.x2: %.x1; echo $@
(%): %; echo member $%
%.q: %.p fixed.dep; echo $@
fixed.dep: ; @:
given.src: FORCE; @echo made $@
FORCE:
compat.none: FORCE
compat2.none: ; @:
both.given: ; @:
