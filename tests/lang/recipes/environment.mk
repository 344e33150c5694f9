# MAKELEVEL, MAKEFLAGS and MFLAGS in the environment of recipes; MAKE_TERMOUT is not there without a terminal.
# ARGS: -k v=1
all:
	@echo "$$MAKELEVEL|$$MAKEFLAGS|$$MFLAGS|$$MAKE_TERMOUT|$$v|$$CURDIR"
	@env | grep -c '^MAKEFILES=' || :
