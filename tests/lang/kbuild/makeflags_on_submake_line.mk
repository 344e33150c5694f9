# KBUILD-FACTS 14: tools are given a MAKEFLAGS of their own; overrides arrive by the environment all the same.
# COVERS: kbuild/14-makeflags-on-a-sub-makes-line
# ARGS: -j2 V=1 all
# FILE: tool.mk
# $(info [$(V)] $(origin V) [$(MAKEFLAGS)])
# all:;
# END
# NORM: --jobserver-auth=\S+
all:
	@$(MAKE) --no-print-directory -f tool.mk MAKEFLAGS="$(filter --j% -j,$(MAKEFLAGS))"
	+@V=env MAKEFLAGS= $(MAKE) --no-print-directory -f tool.mk
