# Errors of makefiles that a manual's reader meets seldom: each is a makefile of its own.
# COVERS: message/both-colons
# COVERS: message/multiple-target-patterns message/target-given-twice message/several-default-goals
# COVERS: message/conflict-secondary message/conflict-intermediate
# COVERS: message/empty-variable-name message/missing-endef message/makefile-might-loop
# STATUS: 2
# FILE: a.mk
# all:
# ifdef MAKE
# 	@echo before
# endif
# define X
# 	@echo x
# endef
# $(X)
# END
# RUN: -f a.mk
# FILE: b.mk
#
# $(eval 	@echo x)
# all:
# END
# RUN: -f b.mk
# FILE: c.mk
# a.o b.o: %.o %.p: %.c
# END
# RUN: -f c.mk
# FILE: d.mk
# all: b b; @echo $@
# b a b: ; @echo $@
# c d c:
# END
# RUN: -f d.mk
# FILE: e.mk
# .DEFAULT_GOAL = a b
# a b:
# END
# RUN: -f e.mk
# FILE: f.mk
# all: export
# all: override = 3
# END
# RUN: -f f.mk
# FILE: g.mk
# .NOTINTERMEDIATE: x
# .SECONDARY: x
# all:
# END
# RUN: -f g.mk
# FILE: h.mk
# .NOTINTERMEDIATE: x
# .INTERMEDIATE: x
# all:
# END
# RUN: -f h.mk
# FILE: i.mk
# a: c
# a:: d
# END
# RUN: -f i.mk
# FILE: j.mk
# all:
# 	@echo hi
# = x
# END
# RUN: -f j.mk
# FILE: k.mk
# define X
# a
# END
# RUN: -f k.mk
# FILE: l.mk
# all:; @echo all
# l.mk::; @echo never
# include n.mk
# n.mk::; @echo never
# END
# RUN: -f l.mk --debug=v
# RUN: -f l.mk
# NORM: version
