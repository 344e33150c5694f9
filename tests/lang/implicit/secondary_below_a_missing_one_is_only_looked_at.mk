# The whole tree is secondary.
# What a missing intermediate or secondary file would be made from is not brought up to date if it is intermediate too and
# exists: its time and those of its prerequisites are looked at.
# SH: touch -d 2020-01-01 low; touch -d 2020-01-03 base; touch -d 2020-01-05 top
# ARGS: all
# SH: touch -d 2020-01-06 base
# ARGS: all
# SH: rm -f mid; touch -d 2020-01-01 low; touch -d 2020-01-03 base; touch -d 2020-01-05 top
# ARGS: all
# ARGS: all
all: top
top: mid; touch $@
mid: low; touch $@
low: base; touch $@
base:;
.SECONDARY:
