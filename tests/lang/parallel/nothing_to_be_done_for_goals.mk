# With -j a goal that waited for another's recipe and then ran its own is not one with nothing to be done.
# COVERS: message/nothing-to-be-done
# RUN: -j2 a b
# RUN: -j2 b a
# RUN: -j3 c d e f a b
# RUN: -j2 x y z
# RUN: -j2 p q
.PHONY: a b c d e f one x y z p q r
a d: one
	@:
b c: one
e f:
one:; @sleep 0.1; echo one
x:; @sleep 0.1
y: x
z: y; @:
p: one
q: r
r: one; @:
