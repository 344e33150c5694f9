# `~` is what HOME says, a variable that is not empty before the environment; where neither has one, who is logged in says.
# COVERS: rule/wildcard-in-names
# ENV: HOME=/from/environment
# RUN:
# RUN: HOME=/command/line
# RUN: HOME=
# FILE: sub.mk
# all: ~ ~/x ; @echo '$^'
# ~ ~/x: ; @:
# END
all: ~ ~/x
	@$(MAKE) -f sub.mk HOME=
	@unset HOME; $(MAKE) -f sub.mk
	@HOME= $(MAKE) -f sub.mk
~ ~/x: ; @echo '$@'
