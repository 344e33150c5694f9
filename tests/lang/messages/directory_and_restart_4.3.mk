# The directory is entered and left once in 4.3 too, however often the makefiles are read again.
# COMPAT: 4.3
# ARGS: -w
# SH: rm dep
# ENV: MAKELEVEL=1
# ARGS: all
# SH: rm dep
# ARGS: QUIET=1
$(info reading)
all: ; @echo all
dep: ; @echo making; echo '$(if $(QUIET),MAKEFLAGS += --no-print-directory)' >$@
-include dep
