# COMPAT: 4.3
# .FEATURES and MAKE_VERSION of 4.3.
$(info $(MAKE_VERSION) $(sort $(filter-out load guile,$(.FEATURES))))
all:;
