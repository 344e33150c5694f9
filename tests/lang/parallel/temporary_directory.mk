# Temporary files are made in MAKE_TMPDIR, else in TMPDIR. One that is no directory is told of.
# COVERS: variable/MAKE_TMPDIR variable/TMPDIR message/temporary-directory
# SH: mkdir a b && touch file
# NORM: fifo:/tmp[^ ]*
# NORM: /GMfifo[0-9]*
all:
	@TMPDIR=$(CURDIR)/b $(MAKE) --no-print-directory -j2 show
	@TMPDIR=$(CURDIR)/b MAKE_TMPDIR=$(CURDIR)/a $(MAKE) --no-print-directory -j2 show
	@TMPDIR=$(CURDIR)/file $(MAKE) --no-print-directory -j2 show
	@MAKE_TMPDIR=$(CURDIR)/nothere TMPDIR=$(CURDIR)/b $(MAKE) --no-print-directory -j2 show
	@ls a b
show:; @echo '$(MAKEFLAGS)'
