# Files that come after a directory was looked at are seen, which 4.3 does not do.
# COMPAT: 4.3
# DIFFERS: \+.*y\.n
$(info [$(wildcard *.n)])
$(shell touch y.n)
$(info [$(wildcard *.n)])
all:;@:
