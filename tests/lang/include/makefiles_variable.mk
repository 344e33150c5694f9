# MAKEFILES are read first and do not set the default goal.
# ENV: MAKEFILES='pre.mk nosuch.mk'
# FILE: pre.mk
# $(info pre $(MAKEFILE_LIST))
# first:;@echo $@
# END
all:;@echo $@ [$(MAKEFILES)]
