# COMPAT: 4.3
# 4.3 does not know :::= nor define and undefine for a target: the words make a static pattern rule, or are refused; behind export
# they are names.
# RUN: T=1
# RUN: T=2
# RUN: T=3
# RUN: T=4
# RUN: T=5
# RUN: T=6
ifeq ($T,1)
all: X :::= y
endif
ifeq ($T,2)
all: export X :::= y
endif
ifeq ($T,3)
all: undefine X
endif
ifeq ($T,4)
all: private define X
endif
ifeq ($T,5)
X := 1
export X :::= y
endif
ifeq ($T,6)
export X:::=y
endif
all:; @echo '[$(X)]' $$X
