# That the name `.SECONDARY` comes up at all, with variables of its own or as a prerequisite, makes all files secondary;
# `.NOTINTERMEDIATE` likewise.
# COVERS: rule/chain-of-implicit-rules
# RUN: W=.SECONDARY S=.
# RUN: W=.NOTINTERMEDIATE S=.
# RUN: W=.SECONDARY S=other:
# RUN: W=.INTERMEDIATE S=.
all: b.i ; @echo $@ from $^
ifeq ($S,.)
$(W): X = 1
else
$S $(W)
endif
%.i: %.j ; @echo $@; touch $@
%.j: ; @echo $@; touch $@
