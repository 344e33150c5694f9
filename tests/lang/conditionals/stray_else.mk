# else and endif without a conditional; two else.
# COVERS: message/only-one-else message/extraneous-directive
# RUN: -f a.mk
# RUN: -f b.mk
# RUN: -f c.mk
# RUN: -f d.mk
# FILE: a.mk
# else
# END
# FILE: b.mk
# endif
# END
# FILE: c.mk
# ifdef x
# else
# else
# endif
# END
# FILE: d.mk
# ifeq (a
# endif
# END
all:;
