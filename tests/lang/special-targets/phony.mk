# .PHONY targets run though a file of that name exists; no implicit rule is looked for; they make what needs them old.
# COVERS: special-target/.PHONY
# FILE: clean
# END
# FILE: p.c
# END
all: clean t
.PHONY: all clean p
clean:; @echo clean
t: p ; @echo 't $?'
