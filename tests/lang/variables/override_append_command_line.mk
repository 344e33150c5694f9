# COVERS: directive/override
# ARGS: CFLAGS=-g
# override += adds to a command-line value.
override CFLAGS += -Wall
CFLAGS += lost
$(info $(CFLAGS) $(origin CFLAGS))
all:;@echo $(CFLAGS)
