# -B holds for makefiles once, and stays in MAKEFLAGS; what has no recipe is not told of.
# NORM: version
# SH: touch i.mk plain
# RUN: -B
# RUN: -Bn
# RUN: -B --debug=v needs
include i.mk
all: ; @echo 'all $(MAKEFLAGS) $(MAKE_RESTARTS)'
i.mk: ; @echo > $@
needs: plain
plain: dep
dep: ; @echo $@
