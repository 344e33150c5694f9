# A variable that holds `target:` and some of a target-specific assignment: what follows belongs to it, unexpanded, but nothing behind a
# semicolon that came out of a variable.
# RUN:
A := x:a:=foo;
B := x:
C := x: b
D := x:c =
E := x
F := x:f
S := ;
bar := bar
baz := baz
$(A) echo $(bar) ; echo $(baz)
$(B) b1 = $(bar) $(E)
$(C)2 := $(bar) ; $(baz)
$(D) $(bar) ; # no recipe
$(F)$(E)$(bar) = a $(baz)
$(B) g := 1 $(S) 2
$(B)h := 1; 2
$(B) export i := $(S) $(baz)
bar := late
x: ; @: $(foreach v,a b1 b2 c fxbar g h i,$(info $v [$(value $v)] $(flavor $v)))
$(A) lost $(bar)
