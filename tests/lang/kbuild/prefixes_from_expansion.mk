# KBUILD-FACTS 21: + - @ from expansions, before and after each other.
# COVERS: kbuild/21-prefixes-from-expansion
set = @set -e; echo
plus = +@echo
minus = -@false
all:
	+$(set) one
	$(plus) two
	@$(minus)
	$(if 1,@)echo three
	$(empty)
