# MAKE_TERMOUT and MAKE_TERMERR name the terminals make writes to, and are not there otherwise. MAKESHELL is no variable here.
# COVERS: variable/MAKE_TERMOUT variable/MAKE_TERMERR variable/MAKESHELL
# NORM: /dev/pts/[0-9]+
all:
	@echo '<$(MAKE_TERMOUT)> <$(MAKE_TERMERR)> $(origin MAKE_TERMOUT) $(origin MAKE_TERMERR) $(origin MAKESHELL)'
	@script -qec '$(MAKE) -s --no-print-directory show' /dev/null < /dev/null | tr -d '\r'
	@script -qec '$(MAKE) -s --no-print-directory show 2> /dev/null' /dev/null < /dev/null | tr -d '\r'
show:
	@echo '<$(MAKE_TERMOUT)> <$(MAKE_TERMERR)> $(origin MAKE_TERMOUT) $(origin MAKE_TERMERR)'; echo $$MAKE_TERMOUT $$MAKE_TERMERR
