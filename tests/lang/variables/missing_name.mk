# An assignment without a name.
# STATUS: 2
$(empty) = x
all:;
