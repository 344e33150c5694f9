# A rule may be found to make its own prerequisite, which another rule makes: only the last one found counts.
# SH: touch -d 2001-01-01 d.c
# RUN: -r x.o
# RUN: -r y.o
%.o: %.c; echo $@ from $^
%.c: %.c; echo $@ from $^
%.c: %.y; echo $@ from $^
x.y:; echo $@
%.y: d.c; echo $@ from $^
