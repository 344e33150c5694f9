# KBUILD-FACTS 17: after a restart parse-time $(shell) runs again, and the environment has MAKE_RESTARTS.
# COVERS: kbuild/17-remade-makefiles-and-restarts
all:;@echo $(value) [$(MAKE_RESTARTS)]; cat log
$(shell echo read >> log)
-include auto.conf
auto.conf: auto.in
	@echo 'value = $(shell cat auto.in)' > $@
auto.in:
	@echo 7 > $@
