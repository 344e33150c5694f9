# Where nothing is read and no recipe is expanded, what is said of an expansion names the outermost variable.
# RUN: --warn-undefined-variables
# RUN: T=warning
# RUN: T=error
Q = $(E1)$(if $(T),$($(T) said))
ifeq ($(T),warning)
Q = $(warning said)
endif
ifeq ($(T),error)
Q = $(error said)
endif
R = $(Q)

%: B :::= $(R)
all:; @:
