# What -n, -q, -t and --trace ask for is not for makefiles that are remade, nor for the makes they start.
# COVERS: option/-q
# ARGS: -n
# SH: rm -f dep all
# ARGS: -t
# SH: rm -f dep all
# ARGS: -q
# SH: rm -f dep all
# ARGS: -nk V=1
# SH: rm -f dep all
# ARGS: --trace
# SH: rm -f dep all
# ARGS: --trace -n
# SH: rm -f dep all
# ARGS: -n dep
all: ; @echo '$@ $(MAKEFLAGS)'
ifndef INNER
dep:
	@echo '[$(MAKEFLAGS)]' "[$$MAKEFLAGS]"; echo x=1 >$@
	@$(MAKE) INNER=1 inner
-include dep
endif
inner: ; @echo done, "$$MAKEFLAGS"
