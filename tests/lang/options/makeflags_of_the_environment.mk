# MAKEFLAGS and GNUMAKEFLAGS of the environment are read like arguments: references in them are expanded, goals count, any
# switch holds, and what is wrong ends make. The C library names no program then.
# COMPAT: 4.4.1
# NORM: usage
# FILE: sub.mk
# all two:; @echo '$@: $(MAKEFLAGS) x=$(x) $(origin x) [$(MAKECMDGOALS)]'
# END
# FILE: other.mk
# all:; @echo other
# END
# FILE: d/Makefile
# all:; @echo in d
# END
# ENV: V=val
S = $(MAKE) --no-print-directory -f sub.mk
all:
	-MAKEFLAGS=--bogus $S
	-MAKEFLAGS=kx $S
	-MAKEFLAGS='-k "-i" ;' $S
	-MAKEFLAGS=-jx $S
	-MAKEFLAGS='--jobs=0 -Z' $S
	-MAKEFLAGS='--eval' $S
	-MAKEFLAGS='--no' $S
	-MAKEFLAGS='=x' $S
	-MAKEFLAGS=-Obogus $S
	-MAKEFLAGS=-I $S
	-MAKEFLAGS='k two' $S
	-MAKEFLAGS='k two' $S all
	-GNUMAKEFLAGS='n all' MAKEFLAGS='k two' $S
	-MAKEFLAGS='-f other.mk' $(MAKE) --no-print-directory
	-MAKEFLAGS='-C d' $(MAKE) --no-print-directory
	-MAKEFLAGS='-o all' $S
	-MAKEFLAGS='x=$$(V)' $S
	-MAKEFLAGS='x=$$$$(V)' $S
	-MAKEFLAGS='-I$$(V)/a x=$$(shell echo hi)' $S
	-MAKEFLAGS='x=1 y' $S
	-MAKEFLAGS='-' $S
	-MAKEFLAGS='-k -' $S
	-MAKEFLAGS='-j2 --jobserver-style=pipe' $S | sed 's/auth=[0-9],[0-9]/auth=N/'
	-MAKEFLAGS='--jobserver-auth=fifo: -j2' $S
	-MAKEFLAGS='--jobserver-auth=3,4x -j2' $S
