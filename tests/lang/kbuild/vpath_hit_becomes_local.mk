# KBUILD-FACTS 22: a name found by VPATH has its directory; once rebuilt it is local.
# COVERS: kbuild/22-vpath-hit-becomes-local
# FILE: s/v/b.h
# END
# FILE: s/v/c.h
# END
# FILE: gen.in
# END
# SH: touch -d 2001-01-01 s/v/b.h s/v/c.h
# RUN:
VPATH = s
all: v/x.o
v/x.o: v/b.h v/c.h
	@echo '$^'
v/b.h: gen.in
	@mkdir -p v; touch v/b.h
