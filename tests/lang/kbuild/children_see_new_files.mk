# KBUILD-FACTS 20: a sub-make sees what its parent's prerequisites and earlier siblings made.
# COVERS: kbuild/20-children-see-new-files
# FILE: sub.mk
# $(info sub sees $(sort $(wildcard gen/*.h)))
# all:;
# END
all: gen
	@$(MAKE) --no-print-directory -f sub.mk
	@touch gen/b.h
	@$(MAKE) --no-print-directory -f sub.mk
gen:
	@mkdir gen; touch gen/a.h
