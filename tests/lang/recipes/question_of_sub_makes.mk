# Under -q a sub-make's 1 is an answer; a dash in front makes it an error that does not count.
# SH: touch -d 2001-01-01 a b c; touch x
# RUN: -q a
# RUN: -q b
# RUN: -q c
# FILE: sub.mk
# old: ; @echo old
# END
.DELETE_ON_ERROR:
M = $(MAKE) --no-print-directory -f sub.mk
a: x
	-@$(M) old; exit 1
	@echo $(MAKE) goes on
b: x
	@$(M) old
c: x
	@$(M) nothere
