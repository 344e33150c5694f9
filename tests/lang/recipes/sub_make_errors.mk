# Errors in sub-makes: levels, places, the parent's message; -k.
# COVERS: kbuild/25-levels-in-messages
# NORM: /[^ ']*/work
# RUN:
# RUN: -k
# FILE: sub/Makefile
# all: bad good
# bad:
# 	@exit 4
# good:;@echo good
# END
all: sub after
sub:
	@$(MAKE) -C $@
after:
	@echo after
.PHONY: sub after
