# include of several files, patterns, expanded names; -include and sinclude of missing ones; place in errors.
# COVERS: directive/include variable/MAKEFILE_LIST
# FILE: a.inc
# $(info a $(lastword $(MAKEFILE_LIST)))
# END
# FILE: b.inc
# $(info b $(words $(MAKEFILE_LIST)))
# include sub/c.inc
# END
# FILE: sub/c.inc
# $(warning in c)
# END
files = a.inc b.inc
include $(files) # comment
-include nosuch.inc
sinclude nosuch.inc nosuch2.inc
  include *.inc
include
include $(nothing)
$(info $(MAKEFILE_LIST))
all:;
