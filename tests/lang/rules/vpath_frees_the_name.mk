# A name found through VPATH stands for no file any more: a rule that needs it finds it anew.
# WITHOUT: t
# SH: mkdir dir; touch -d 2001-01-01 dir/e.c
# RUN:
# RUN: -r
# RUN: f.y
# RUN: -r f.y e.c
d.c: e.c
%.y %.x: %.c
	+touch $@
f.y: e.y e.c; echo $^
vpath %.c dir
