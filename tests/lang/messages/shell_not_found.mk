# A shell that is not there, for recipes and $(shell).
# COVERS: message/included-not-found message/shell-not-run
# STATUS: 2
$(info [$(shell nosuchcommand-q; echo after)] $(.SHELLSTATUS))
SHELL = /nosuch/sh
$(info [$(shell echo x)] $(.SHELLSTATUS))
all:
	@echo x
