# A target that a pattern rule makes beside another is intermediate only if some rule was found to need it.
# COMPAT: 4.4.1
# NORM: m\.[ab] m\.[ab]
# ARGS: m.x
# ARGS: clean m.a
# ARGS: clean m.both
# ARGS: m.c m.o
%.x: %.a; touch $@
%.both: %.a %.b; touch $@
%.a %.b: %.dep; touch $*.a $*.b
clean:; rm -f m.a m.b m.x m.both
m.dep:; touch $@
%.h %.c: %.dep; touch $*.h $*.c
%.o: %.c %.h; touch $@
