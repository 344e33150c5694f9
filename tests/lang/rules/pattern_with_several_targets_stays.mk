# A pattern rule with several targets is neither replaced nor cancelled by a later one, and does not cancel a built-in one.
# FILE: d.c
# END
# ARGS: a.o b.x
# ARGS: -r R=x a.o b.x c.y
# ARGS: d.o
%.o %.x: d.c; @echo first $@
%.o: d.c
%.o %.x: d.c
%.x: d.c; @echo second $@
%.y: d.c; @echo one $@
%.z %.y: d.c; @echo more $@
%.o %.q: %.c
ifdef R
%.z %.y: d.c
endif
