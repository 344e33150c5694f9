# -C . in a directory that is no more.
# COMPAT: 4.3
# DIFFERS: ^ *-.*Entering directory ''
# FILE: sub.mk
# all: ; @:
# END
F := $(CURDIR)/sub.mk
all: ; mkdir d; cd d; rmdir ../d; $(MAKE) -C . -f $F
