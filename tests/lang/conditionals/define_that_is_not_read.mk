# In a branch that is not read a `define` goes on to the first line that is `endef` and nothing else, whatever comes between.
# COVERS: directive/endef
# RUN: -f own.mk A=1
# RUN: -f own.mk
# RUN: -f nested.mk
# RUN: -f never.mk
# RUN: -f outer.mk
# STATUS: 2
# FILE: own.mk
# ifdef A
# else
# define D
# ifeq (
# endif
# x = 1
# endef x
# endef = 2
# endef: y
# 	endef # comment
# all: ; @echo $A
# endif
# all: ; @echo '$(D)'
# END
# FILE: nested.mk
# ifdef A
# define D
# define E
# endef
# else
# all: ; @echo one endef is enough
# endif
# END
# FILE: never.mk
# ifdef A
# define D
# endif
# all: ; @echo hi
# END
# FILE: outer.mk
# define D
# define E
# endef x
# endef y
# all: ; @echo hi
# define F
# endef\
# on two lines
# define D
# define E
# endef
# END
# MAKEFILE: none
