# Words such as export, define or override as variable names.
export = 1
override := 2
define = 3
private = 4
include = 5
ifeq = 6
undefine := 7
$(info $(export) $(override) $(define) $(private) $(include) $(ifeq) $(undefine))
export export
all:;@echo $$export
