# What pattern-specific variables expand when they are set for a target sees private global ones.
# RUN: -r
# RUN: -r all
# RUN: -r u t
t u:; @echo "$(X) $(X2) $(P) $(Q) $(Z) $(S)"
all: t u
Y = g
private P = p
private Q = q
private S = $(Y)s
%: P ?= x
%: Q += y
%: X := $(P)
%: X2 != echo $(P)$(Q)
%: Z :::= $(X)$(P)$(Q)$(Y)
%: S += $(Z)$(P)
t: Y = 1
all: P ?= 4
