# KBUILD-FACTS 13: MAKEFLAGS += -rR takes effect at once; its text while reading and in recipes.
# COVERS: kbuild/13-makeflags-rr
# FILE: x.c
# END
# RUN: x
# RUN: -s x
# RUN: -k --no-print-directory x
$(info 1 [$(MAKEFLAGS)] $(origin CC) [$(CC)])
MAKEFLAGS += -rR
$(info 2 [$(MAKEFLAGS)] $(origin CC) [$(CC)] [$(findstring s,$(firstword -$(MAKEFLAGS)))])
MAKEFLAGS += --no-print-directory
$(info 3 [$(MAKEFLAGS)])
x:
	@echo '[$(MAKEFLAGS)] [$(CC)] $(origin CC)'; echo "[$$MAKEFLAGS]"
