# KBUILD-FACTS 21: + - @ from expansions, before and after each other.
set = @set -e; echo
plus = +@echo
minus = -@false
all:
	+$(set) one
	$(plus) two
	@$(minus)
	$(if 1,@)echo three
	$(empty)
