# One makefile that is never made ends it, although another was made: nothing is read anew.
# RUN:
# RUN: -k
# STATUS: 2
$(info restarts: $(MAKE_RESTARTS))
all: ; @echo all
include never.mk
include made.mk
never.mk:: ; @echo never
made.mk: ; @echo made; echo > $@
