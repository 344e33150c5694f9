# MAKE, MAKE_COMMAND and MAKE_HOST; MAKE changed for sub-makes.
# COVERS: variable/MAKE variable/MAKE_COMMAND variable/MAKE_HOST
$(info $(MAKE) $(MAKE_COMMAND) $(value MAKE) $(origin MAKE_COMMAND) $(words $(MAKE_HOST)))
MAKE = echo not a make
all:
	@$(MAKE) sub
	@$(MAKE_COMMAND) -v | head -n 0
