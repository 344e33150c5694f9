# The intermediate files of makefiles are removed before make starts over, and when it gives up.
# RUN: T=made
# RUN: -n T=pretended
# RUN: T=failed
# RUN: T=optional
# RUN: -k T=goes_on
all: ; @ls
ifeq ($T,optional)
-include failed.inc
else ifeq ($T,goes_on)
include failed.inc
else
include $T.inc
endif
Makefile: ;
%.a: ; touch $@
%.b: %.a ; touch $@
failed.inc: %.inc: %.b ; false
%.inc: %.b ; touch $@
