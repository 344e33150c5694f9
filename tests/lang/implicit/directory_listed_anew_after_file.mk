# What $(file) writes in a directory that VPATH names is found, though the directory was looked into before.
$(shell mkdir d; touch d/x)
VPATH = d
.SECONDEXPANSION:
all: first second
first: x
second: $$(file >d/y)y ; @echo $^
