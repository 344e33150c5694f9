# A file from the future: told of once, and only where it is compared. What was just made is not.
# NORM: [0-9.e+]+ s in the future
# SH: touch -d 2040-01-01 b c
# RUN:
# RUN: made old
# SH: touch -d 2040-01-01 b
# RUN: old
# RUN: -n d
all: a
a: b c
	@touch $@
made: m1 m2
	@touch -d 2040-01-01 $@
m1: m3
m1 m2 m3:
	@touch -d 2040-01-01 $@
old: m1 ; @touch $@
d: made b
