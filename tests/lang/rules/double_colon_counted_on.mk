# A `::` target that a rule is tried with is an intermediate file, unless it is asked for.
# SH: touch -d 2001-01-01 a
# RUN: -r
# RUN: -r b
# RUN: -r -n c.q
b::; touch b
%.q: % nothere; echo $@
-include b.q
c.q:: c
c::; touch c
