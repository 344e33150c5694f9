# .FEATURES, without what needs plug-ins or Guile.
# COVERS: variable/.FEATURES
$(info $(sort $(filter-out load guile dummy extra-prereqs,$(.FEATURES))) $(filter extra-prereqs,$(.FEATURES)))
all:;
