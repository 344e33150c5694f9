# A goal that is first considered as such is not another goal's, though a later goal needs it too.
# FILE: sub.mk
# one.o p/two.o: FORCE
# 	@:
# .PHONY: FORCE
# END
# SH: mkdir p && touch one.o p/two.o three.ko
# RUN: -r -j2 one.o p/two.o three.ko
# RUN: -r -j1 one.o p/two.o three.ko
# RUN: -r -j1 all one.o p/two.o
one.o p/two.o: sub
	@:
three.ko: all
	@:
all: one.o p/two.o prepare
	@echo all
prepare:; @:
sub: prepare
	@$(MAKE) --no-print-directory -f sub.mk one.o p/two.o
.PHONY: sub all prepare
