# ~ in wildcard: HOME as a make variable, and users' directories.
# SH: mkdir -p h/sub
HOME = h
$(info [$(wildcard ~)] [$(wildcard ~/sub)] [$(wildcard ~/*)] [$(wildcard ~root)] [$(wildcard ~no-such-user)] [$(HOME)])
all:;@:
