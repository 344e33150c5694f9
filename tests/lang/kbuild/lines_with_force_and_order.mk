# FORCE in chains: phony targets make their dependants run each time, once.
# RUN:
# RUN:
PHONY := FORCE prepare
all: a b
a: c FORCE
	@echo a; touch a
b: c
	@echo b; touch b
c: FORCE
	@$(if $(wildcard c),:,echo c; touch c)
prepare: a b
FORCE:
.PHONY: $(PHONY)
