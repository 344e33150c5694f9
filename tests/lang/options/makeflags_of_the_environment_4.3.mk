# COMPAT: 4.3
# 4.3 passes over what it does not know in MAKEFLAGS of the environment, goals, and switches that do not belong there.
# FILE: sub.mk
# all two:; @echo '$@: $(MAKEFLAGS) x=$(x) $(origin x) [$(MAKECMDGOALS)]'
# END
# ENV: V=val
S = $(MAKE) --no-print-directory -f sub.mk
all:
	-MAKEFLAGS=--bogus $S
	-MAKEFLAGS=kx $S
	-MAKEFLAGS=-jx $S
	-MAKEFLAGS='--jobs=0 -Z' $S
	-MAKEFLAGS='--eval' $S
	-MAKEFLAGS='--jobserver-auth=' $S
	-MAKEFLAGS='=x' $S
	-MAKEFLAGS='k two' $S all
	-MAKEFLAGS='-f other.mk' $S
	-MAKEFLAGS='x=$$(V)' $S
	-MAKEFLAGS='-I$$(V)/a x=$$(shell echo hi)' $S
	-MAKEFLAGS='x=1 y' $S
