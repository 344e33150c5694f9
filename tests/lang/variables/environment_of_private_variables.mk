# A private global variable is passed on while makefiles are read, and not to recipes.
export T
private T := for reading
all: one two
one two:
	@echo "$@: $$T"
$(info $(shell echo "reading: $$T"))
