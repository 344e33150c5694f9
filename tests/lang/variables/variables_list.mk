# .VARIABLES holds what is defined, and follows definitions.
# COVERS: variable/.VARIABLES
mine = 1
$(info $(sort $(filter mine yours CC,$(.VARIABLES))))
yours = 2
undefine mine
$(info $(sort $(filter mine yours CC MAKEFLAGS,$(.VARIABLES))))
all:;
