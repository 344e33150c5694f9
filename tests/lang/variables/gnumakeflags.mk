# GNUMAKEFLAGS is read before MAKEFLAGS in the environment, and again when reading is over (4.4); then it is empty. It is
# a default variable, which -R takes away.
# COVERS: variable/GNUMAKEFLAGS
# ARGS:
# ARGS: -R
# ARGS: -R --warn-undefined-variables
# ARGS: -R V='-k A=b'
# ARGS: V=--bogus
# ARGS: GNUMAKEFLAGS=-i
# ARGS: -R GNUMAKEFLAGS=
# ARGS: --warn-undefined-variables U=1
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
