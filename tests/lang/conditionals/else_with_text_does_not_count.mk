# `else` with text that is no condition is told of, taken as `else`, and leaves room for another.
# COVERS: directive/else
# RUN:
# RUN: A=1
# RUN: -f twice.mk
# STATUS: 2
# FILE: twice.mk
# ifdef A
# else
# else
# endif
# END
ifdef A
all: ; @echo one
else foo
all: ; @echo two
else ifdef A
all: ; @echo three
else bar
all: ; @echo four
else
all: ; @echo five
endif
