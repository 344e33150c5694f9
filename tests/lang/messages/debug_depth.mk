# What -d says of the search for implicit rules, of the targets' depth, of intermediate files and what was considered before.
# WITHOUT: B
# NORM: version
# SH: mkdir dd; touch dd/a.c dd/v.c
# RUN: -dn
# RUN: -dn lib.a(m.o) v.c
.SECONDEXPANSION:
all: a.o b.q c.x w.t
%.q: %.r nothere; echo $@
%.q: %.s $$(x) z; echo $@
%.s: ; echo $@
z: ; touch $@
%.x: %.y %.w; echo $@
%.w: ; touch $@
vpath %.c dd
.PRECIOUS: %.w
%.t: n/o/t/%.u | z; echo $@
w.u:
.INTERMEDIATE: z
%:: %.term; echo
.DEFAULT: ; echo default $@
