# What was only waiting when make failed stays, though it counts as intermediate; with -k it was given up, and goes.
# WITHOUT: i
# SH: touch -d 2001-01-01 d.c
# RUN: -r
# RUN: -r -k
# RUN: -r -k
d.c:: x.c
%.c: %.y; touch $@
%.y: %.c; false
