# A default makefile that is a link to nothing, or to itself, is there: it can't be opened.
# COMPAT: 4.3
# MAKEFILE: none
# SH: ln -s nothere Makefile
# RUN:
# RUN: -k all
# SH: ln -s makefile makefile
# RUN:
# STATUS: 2
