# GPATH: a target found by VPATH is rebuilt where it was found.
# COVERS: variable/GPATH
# FILE: s/a.h
# END
# FILE: t/b.h
# END
# FILE: in
# END
# SH: touch -d 2001-01-01 s/a.h t/b.h
# RUN:
# RUN: GPATH=
VPATH = s t
GPATH = s
all: a.h b.h
	@echo '$^'
a.h b.h: in
	@echo 'making $@'
