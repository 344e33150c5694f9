# MAKEFLAGS and GNUMAKEFLAGS from the environment, with options and definitions.
# COVERS: variable/MAKEFLAGS
# ENV: MAKEFLAGS='k -- v=from\ flags' GNUMAKEFLAGS='--no-print-directory -s w=gnu'
# RUN:
# RUN: v=line -n
$(info [$(MAKEFLAGS)] [$(GNUMAKEFLAGS)] [$(MAKEOVERRIDES)])
all:
	echo '$(v) $(w) $(origin v) $(origin w)'
	@echo "[$$GNUMAKEFLAGS]"
