# What -p says of files that are old by -o, keep their intermediates, need not be there as makefiles, or are only asked about.
# COVERS: option/--print-data-base option/--old-file message/data-base-notintermediate message/data-base-very-old message/data-base-question
# SH: touch old
-include nothere.mk
.NOTINTERMEDIATE: kept
SHOW = sed -n '/^$1:/,/^$$/p' | sed '/Last modified/d; /^\#  *[0-9]/d; /stats/,$$d'
all:
	@$(MAKE) -s --no-print-directory --print-data-base -o old want | $(call SHOW,old)
	@$(MAKE) -s --no-print-directory --print-data-base want | $(call SHOW,kept)
	@$(MAKE) -s --no-print-directory --print-data-base want | $(call SHOW,nothere.mk)
	@$(MAKE) -s --no-print-directory --print-data-base -q want | $(call SHOW,want)
want: old kept
	@echo want
old: FORCE
	@echo old
kept:
	@touch kept
FORCE:
