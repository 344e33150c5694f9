# Text after endef, and endef by itself.
# STATUS: 2
define x
a
endef trailing
$(info $(x))
endef
all:;
