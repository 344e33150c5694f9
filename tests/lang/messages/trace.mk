# --trace says why each target is made.
# COVERS: message/trace-phony message/trace-missing message/trace-newer
# FILE: b
# END
# SH: touch -d 2001-01-01 b
# RUN: --trace
# SH: touch -d 2000-01-01 a
# RUN: --trace
all: a c
a: b
	@touch $@
c:
	@echo $@
.PHONY: c
