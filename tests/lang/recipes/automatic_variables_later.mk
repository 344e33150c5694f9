# What a later recipe's $(eval) defines for a target that is made already sees that target's automatic variables; where
# the recipe was empty there are none. A list of prerequisites is read the same with and without things to be quoted.
# RUN: -j1
# RUN: -j1 list
all: a e d p
	$(eval a: X := $$(info a: $$@ $$< $$^ $$?))$(eval e: X := $$(info e: $$@.))
	$(eval p: X := $$(info p: $$@ $$+.))@echo $@: $^
a: q r ; @echo made $@
e: q ;
d:: q ; @echo $@ 1 $<
d:: r ; @echo $@ 2 $<
p: V = $@
p: s s ; @echo $V
s: ; @echo $@ for $V
q r: ;
S = x;y
list: ./q .///r $(S) s)t | ./a ; @echo "$^ / $|"
$(S) s)t: ;
