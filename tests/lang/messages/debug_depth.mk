# What -d says of the search for implicit rules and of the targets' depth from 4.4 on, of what was considered before, and of intermediate files.
# NORM: (?s)GNU Make 4\.\d.*?\n(?:Built.*?by law\.\n|rkbuild[^\n]*\n[^\n]*\nLicense MIT\n)
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
