# A pattern rule without prerequisites is given those of the rule tried before it, up to the one that could not be had.
# SH: touch -d 2001-01-01 a.c b.c
# RUN: -r a.o
# RUN: -r b.x
# RUN: -r c.x
# RUN: -r d/e.x
%.o: %.c b.c nothere; echo no
%.o:; @echo '$@: $^'
%.x: %.y nothere; echo no
%.x:; @echo '$@: $^'
%.y:; @echo '$@: $^'
a.x: ; @echo $@
