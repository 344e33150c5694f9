# := on the command line sees the environment and what stands before it, in the directory make begins in, and neither make's own
# variables nor the warnings asked for later; a function's name at the end of a text begins a call.
# SH: mkdir -p sub; touch one.x sub/two.x; cp Makefile sub/
# RUN: 'B:=$(CC)$(MAKE_VERSION)$(CURDIR)$(MAKE)$(MAKELEVEL)$(MAKECMDGOALS)|$(CC)'
# RUN: 'B:=$(zz)' --warn-undefined-variables
# RUN: --warn-undefined-variables 'B:=$(zz)'
# RUN: C=1 'B:=$(C)$(D)' D=2
# RUN: 'B:=$(wildcard *.x)$(abspath q)' -C sub
# RUN: 'B:=$(info first)' -C sub
# RUN: 'B:=$(origin'
# RUN: 'B=${subst'
# RUN: 'B:=$(origi'
# RUN: CC=mine MAKE_VERSION=9 'B=$(CC) $(MAKE_VERSION) $(origin MAKE_VERSION)'
all:; @echo '$(B)'
