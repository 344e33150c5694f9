# What is said before make knows its directory: with -w and, from 4.4 on, -C, an unknown one is entered; assignments count
# what stands in front of them.
# NORM: version
# NORM: usage
# RUN: -w -Onone_such
# RUN: -Onone_such -w
# RUN: -C sub -Onone_such
# RUN: -C sub 'A:=$(info first)'
# RUN: 'A:=$(info first)' -C sub
# RUN: -w 'A:=$(error so)'
# RUN: 'A:=$(error so)' -w
# RUN: -w =x
# RUN: -w ''
# RUN: -w -j0
# RUN: -v 'A:=$(info first)'
# RUN: -w -v 'A:=$(info first)'
# RUN: -v =x
# RUN: --no-print-directory -C sub 'A:=$(info first)'
# RUN: -O -C nowhere
# RUN: -O -w -C nowhere
# FILE: sub/Makefile
# all: ; @echo in sub
# END
all: ; @echo all
	@MAKELEVEL=3 $(MAKE) -C sub 'A:=$(info first)'
	@-MAKEFLAGS='w -jx' $(MAKE) -f sub/Makefile
	@-MAKEFLAGS=w $(MAKE) -f sub/Makefile -j0
