# A pattern rule with two targets that makes only one of them.
# KNOWN: the cycle through a grouped sibling is reported under the name of the other target
all: a.x ; @:
a.x: a.z
%.x %.z: %.s
	touch $*.x
a.s:; touch $@
