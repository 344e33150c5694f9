# A circular prerequisite of a grouped target's peer is taken off the target's own list when it is the peer's first.
# ARGS: B='g' G='x y' b
# SH: rm -f b g
# ARGS: B='x g' G='y' b
# ARGS: B='g x' G='y' b
# ARGS: B='g x' G='y' g
# ARGS: B='g g x' G='y' g
# ARGS: B='g' G='g' b
# ARGS: B='x g' G='y g z' b
# ARGS: B='x g y' G='z' g
b g &: ; @echo "$@: $^"
b: $B
g: $G
x y z:; @echo $@
