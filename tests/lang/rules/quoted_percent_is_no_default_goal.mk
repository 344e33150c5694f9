# A target with a quoted `%` is an ordinary one, but its rule does not give the default goal.
# COVERS: variable/.DEFAULT_GOAL
# RUN:
# RUN: a%b
a\%b c: d ; @echo $@
$(info $(.DEFAULT_GOAL))
d e: ; @echo $@
