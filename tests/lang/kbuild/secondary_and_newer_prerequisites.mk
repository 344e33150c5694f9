# KBUILD-FACTS 3: $? with bare .SECONDARY, with FORCE and a deleted header.
# COVERS: kbuild/03-bare-secondary-and-newer-prerequisites
# FILE: x.c
# END
# SH: touch -d 2001-01-01 x.c; touch x.o
# RUN:
all: x.o
x.o: x.c FORCE
	@echo '$@ newer: [$?] all: [$^]'
x.o: gone.h
gone.h:
.SECONDARY:
FORCE:
.PHONY: FORCE
