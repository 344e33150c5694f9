# With -e what make sets as if it came from the environment can't be set by makefiles.
# ENV: X=env MAKEFILES=/dev/null
# RUN:
# RUN: -e
# RUN: -e -R
SHOW = $(foreach v,MAKELEVEL GNUMAKEFLAGS MAKEFLAGS MFLAGS X MAKEFILES,$(info $v: $(origin $v) $(value $v)))
$(SHOW)
MAKELEVEL = 7
GNUMAKEFLAGS = k
X = 1
MFLAGS = none
$(SHOW)
all: ; @echo $(MAKELEVEL) $(X) '$(MFLAGS)'
