# A file that is there, and that a pattern rule names without `%`, is intermediate as soon as another rule comes to its
# name by a pattern: made again, it is removed.
# SH: for f in d.c e.c d.x e.x; do touch -d 2001-01-01 $f; done
# RUN: -r -B qx wd
# SH: for f in d.c e.c d.x e.x; do touch -d 2001-01-01 $f; done
# RUN: -r -B wd qx
# SH: for f in d.c e.c d.x e.x; do touch -d 2001-01-01 $f; done
# RUN: -r -B ve
# SH: for f in d.c e.c d.x e.x; do touch -d 2001-01-01 $f; done
# RUN: -r -B ue
q%: d.c; @echo $@
w%: %.c; @echo $@
v%: e.c; @echo $@
u%: e.c; @echo $@
%.c: %.x; touch $@
e%c: e%c; @echo own $@
