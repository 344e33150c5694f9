# A makefile nobody misses, of which a prerequisite can't be made, has its intermediate files made all the same.
# RUN: -r
f.x: bad
%.x: %.y; touch $@
%.y: %.z; touch $@
%.z:; touch $@
-include f.x
