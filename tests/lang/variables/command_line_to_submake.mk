# Command-line variables reach sub-makes through MAKEFLAGS; a child's own win, empty ones too.
# COVERS: variable/MAKEOVERRIDES
# ARGS: a=1 b='x y' 'c=$$q' d=
# FILE: sub/Makefile
# $(info sub: [$(a)] [$(b)] [$(c)] [$(d)] $(origin a) [$(MAKEOVERRIDES)] [$(MAKEFLAGS)])
# all: deep
# deep:;@$(MAKE) --no-print-directory -f deep.mk
# END
# FILE: sub/deep.mk
# $(info deep: [$(a)] [$(b)] [$(c)] [$(d)] $(MAKELEVEL))
# all:;
# END
$(info [$(MAKEOVERRIDES)] [$(MAKEFLAGS)])
all:
	@$(MAKE) --no-print-directory -C sub
	@$(MAKE) --no-print-directory -C sub a= b=child
	@$(MAKE) --no-print-directory -C sub MAKEOVERRIDES=
