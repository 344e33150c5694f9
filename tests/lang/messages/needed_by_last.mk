# What is needed by several targets is told of as needed by the one that asked last before it was complained about.
# COVERS: message/no-rule-needed-by
# FILE: d.c
# END
# ARGS: -k
# ARGS:
all: d.c | c
-include inc.mk
inc.mk: all c dir/h.o
