# What the second expansion of a static pattern rule gives may still be intermediate, what that of another rule gives is not.
# RUN: -r all p.u q.u r.u x.u
.SECONDEXPANSION:
all: x.o y.o $$(B)
x.o: %.o: %.c inc $$(A); touch $@
y.o: z $$(C); touch $@
A = p
B = q
C = r
%.u: % nonex; touch $@
.DEFAULT:; touch $@
