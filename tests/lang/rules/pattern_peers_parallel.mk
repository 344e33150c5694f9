# A pattern rule with two targets runs once with -j too, when each of them is the intermediate file of another target.
# ARGS: -j3
# NORM: m\.[ab] m\.[ab]
all: m.x m.y
%.x: %.a; @test -f m.b && touch $@
%.y: %.b; @test -f m.b && touch $@
%.a %.b: %.dep; @echo once; sleep 0.1; touch $*.a $*.b
m.dep:; @touch $@
