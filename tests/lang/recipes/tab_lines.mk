# Lines that begin with a tab: comments, conditionals, assignments and blank ones inside recipes.
x = old
all:
	# a comment for the shell
# a comment for make

	x = new; echo "$$x"
	
ifdef x
	@echo in a conditional
endif
	@echo $(x)
