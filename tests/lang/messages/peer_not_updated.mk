# A pattern rule with two targets that makes only one of them.
# COVERS: message/peer-not-updated
all: a.x ; @:
a.x: a.z
%.x %.z: %.s
	touch $*.x
a.s:; touch $@
