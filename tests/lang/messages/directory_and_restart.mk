# The directory is entered and left once, however often the makefiles are remade and read again.
# ARGS: -w
# SH: rm dep
# ARGS: -w -O
# SH: rm dep
# ARGS: -w -O -j2
# SH: rm dep
# ENV: MAKELEVEL=1
# ARGS: all
# SH: rm dep
# ARGS: QUIET=1
$(info reading)
all: ; @echo all
dep: ; @echo making; echo '$(if $(QUIET),MAKEFLAGS += --no-print-directory)' >$@
-include dep
