# In 4.3 GNUMAKEFLAGS is set, and empty, from the beginning.
# COMPAT: 4.3
# ARGS:
# ARGS: -R
# ARGS: -R --warn-undefined-variables
# ARGS: GNUMAKEFLAGS=-i
# ARGS: -R GNUMAKEFLAGS=
$(info $(origin GNUMAKEFLAGS) $(flavor GNUMAKEFLAGS))
ifdef V
export GNUMAKEFLAGS = $V
endif
ifdef U
undefine GNUMAKEFLAGS
endif
all:
	@echo '$(MAKEFLAGS)' '$(GNUMAKEFLAGS)' $(origin GNUMAKEFLAGS) $(flavor GNUMAKEFLAGS) $(A)
	@env | grep ^GNU || :
