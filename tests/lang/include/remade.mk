# A missing include file with a rule is made, and make starts over; MAKE_RESTARTS counts; $(shell) effects repeat.
# COVERS: variable/MAKE_RESTARTS
all:;@echo $(gen) [$(MAKE_RESTARTS)]
n := $(shell echo x >> reads; wc -l < reads)
$(info reading $(n) [$(MAKE_RESTARTS)])
include gen.mk
gen.mk:
	@echo making $@ [$(MAKE_RESTARTS)]
	@echo 'gen = yes' > $@
