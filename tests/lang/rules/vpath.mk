# vpath and VPATH: found files have the directory in $< and $^; patterns, clearing; what is rebuilt becomes local.
# COVERS: directive/vpath variable/VPATH
# FILE: s1/a.c
# END
# FILE: s2/b.h
# END
# FILE: s3/g.h
# END
# FILE: s3/src
# END
# SH: touch -d 2001-01-01 s1/a.c s2/b.h s3/g.h
vpath %.c s1:nosuch
vpath %.h s2
vpath %.z s1
vpath %.z
VPATH = s3
all: a.o c.z
%.o: %.c b.h g.h
	@echo '$@: $< | $^ | $?'
g.h: src
	@echo 'making $@ from $<'
c.z:;@echo $@
