# Lines that are nothing, and the hints that go with them.
# COVERS: message/missing-separator message/missing-separator-tab message/missing-separator-ifeq message/recipe-commences
# RUN: -f a.mk
# RUN: -f b.mk
# RUN: -f c.mk
# RUN: -f d.mk
# RUN: -f e.mk
# FILE: a.mk
# hello world
# END
# FILE: b.mk
# all:
#         echo spaces
# END
# FILE: c.mk
# 	echo first
# all:
# END
# FILE: d.mk
# : x
# 	echo y
# END
# FILE: e.mk
# ifeq(a,b)
# endif
# END
all:;
