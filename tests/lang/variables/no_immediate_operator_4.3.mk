# 4.3 has no `:::=`: what stands before it is a directive, a name to define, a rule for two colons, or nothing.
# COVERS: assignment/define-with-operator
# COMPAT: 4.3
# RUN:
# RUN: -f rule.mk
# RUN: -f ends.mk
# STATUS: 2
# FILE: rule.mk
# x :::= 1
# END
# FILE: ends.mk
# ifdef x
# endif :::= 1
# undefine :::= 1
# $(info $(x))
# END
:::= nothing
define x :::=
one
endef
$(info $(x :::=))
-include :::=nothere
export :::= y
vpath :::= z
$(info [$(-include)] [$(export)] [$(vpath)])
all: ; @echo $@
