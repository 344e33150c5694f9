# A file found through VPATH becomes the target of that name: the kinds of rule must go together.
# COVERS: message/single-to-double message/double-to-single message/recipe-ignored-same-file message/recipe-specified
# SH: mkdir s && touch s/a.c s/b.c s/d.c
# RUN: -f one.mk
# RUN: -f two.mk
# RUN: -f three.mk
# FILE: one.mk
# VPATH = s
# all: a.c
# a.c: FORCE
# s/a.c:: ; @echo $@
# FORCE:
# END
# FILE: two.mk
# VPATH = s
# all: b.c
# b.c:: FORCE
# s/b.c: ; @echo $@
# FORCE:
# END
# FILE: three.mk
# VPATH = s
# all: d.c s/d.c
# d.c: ; @echo one $@
# s/d.c: ; @echo two $@
# END
