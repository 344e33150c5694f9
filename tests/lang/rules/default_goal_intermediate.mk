# A default goal that is intermediate is removed, one of the command line is not; a phony peer makes its group out of date.
# RUN: -r
# RUN: -r g.y
# SH: touch a
# RUN: -r a
# STATUS: 0
.INTERMEDIATE: g.y
g.y: ; touch '$@'
a p &: ; @echo made $@
.PHONY: p
