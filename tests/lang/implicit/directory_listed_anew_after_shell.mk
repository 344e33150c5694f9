# What $(shell) makes in a directory that VPATH names is found, though the directory was looked into before.
$(shell mkdir d; touch d/x)
VPATH = d
.SECONDEXPANSION:
all: first second
first: x
second: $$(shell touch d/y)y ; @echo $^
