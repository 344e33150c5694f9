# value, origin and flavor.
# COVERS: function/flavor function/origin function/value
# ENV: FROMENV=1 BOTH=2
# ARGS: CMD=1 CMDS:=2 'NOT=x'
x = $$a $b
s := $$a
BOTH = 3
override NOT = 4
override NEW = 5
NOT2 ?= 6
define d
$(x)
endef
undefine s2
names = x s d CC MAKE FROMENV BOTH CMD CMDS NOT NEW NOT2 SHELL MAKEFLAGS MAKEFILE_LIST CURDIR .DEFAULT_GOAL MAKELEVEL MAKE_COMMAND .FEATURES .SHELLFLAGS .VARIABLES @ @D < %F none MAKECMDGOALS .INCLUDE_DIRS .RECIPEPREFIX VPATH MAKE_VERSION MAKEOVERRIDES -*-command-variables-*-
$(foreach n,$(names),$(info $n: $(origin $n) $(flavor $n)))
$(info [$(value x)] [$(value s)] [$(value d)] [$(value none)] [$(value x y)] [$(value  x)] [$(value x )] [$(value CMD)] [$(origin x )])
all: t = 1
all: override u = 2
all: BOTH += 3
all:
	@echo $(origin t) $(origin u) $(flavor t) $(origin BOTH) '$(value BOTH)' $(origin @) $(flavor @) $(origin @D) $(flavor @D) '$(value @D)' '$(value @)'
