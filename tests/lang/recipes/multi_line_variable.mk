# A variable of several lines in a recipe: each is a line of its own, with prefixes.
define two
echo 1 $@
@echo 2 $@

-false
endef
all:
	$(two)
	@$(two)
