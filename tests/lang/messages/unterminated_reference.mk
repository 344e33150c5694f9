# A variable reference and a function call without an end.
# COVERS: message/unterminated-reference message/unterminated-call
# RUN: -f a.mk
# RUN: -f b.mk
# RUN: -f c.mk
# FILE: a.mk
# x = $(y
# all:;@echo $(x)
# END
# FILE: b.mk
# all: $(subst a,b
# END
# FILE: c.mk
# all:;@echo ${info x
# END
