# What --debug=v says of targets, one makefile for each kind of news.
# COVERS: option/-B
# COVERS: message/debug-updating-goals message/debug-updating-makefiles message/debug-considering
# COVERS: message/debug-pruning message/debug-does-not-exist message/debug-finished-prerequisites message/debug-no-need
# COVERS: message/debug-must-remake message/debug-succeeded message/debug-newer message/debug-older message/debug-order-only
# COVERS: message/debug-prerequisite-missing message/debug-double-colon message/debug-nothing-changed message/debug-always-make
# COVERS: message/debug-vpath-name message/debug-vpath-ignored
# COVERS: message/debug-reading message/debug-reading-one message/debug-reading-quiet message/debug-no-default-goal
# COVERS: variable/MAKEFILES directive/-include directive/sinclude
# NORM: version
# SH: touch early.mk && mkdir s && touch -d 2001-01-01 old done plain have s/found s/stale && touch -d 2002-01-01 new && touch -d 2003-01-01 s/newest
# FILE: sub.mk
# -include nothere.mk
# sinclude nothere2.mk
# vpath %.v s
# VPATH = s
# all: old done absent found stale dc again ordered plain have
# 	@echo $@ from $?
# old: new; @touch $@
# done: ;
# absent: ; @:
# found: ; @echo found
# stale: newest; @touch $@
# dc:: ; @echo dc one
# dc:: old; @echo dc two
# again: old done old
# ordered: old | new gone
# 	@touch $@
# gone: ;
# plain: done
# have: nofile ; @:
# nofile:
# g1 g2 &: new ; @touch g1
# twice: bad other
# other: bad
# bad: ; @exit 1
# usual: by-default ; @:
# .DEFAULT: ; @echo default $@
# END
# What is said of cached directories is about the cache.
all:
	-@MAKEFILES=early.mk $(MAKE) --no-print-directory -rR -f sub.mk --debug=v 2>&1 | grep -v '^Directory .* cache invalidated'
	-@MAKEFILES=early.mk $(MAKE) --no-print-directory -rR -f sub.mk --debug=v 2>&1 | grep -v '^Directory .* cache invalidated'
	-@MAKEFILES=early.mk $(MAKE) --no-print-directory -rR -f sub.mk --debug=v -B old 2>&1 | grep -v '^Directory .* cache invalidated'
	-@MAKEFILES=early.mk $(MAKE) --no-print-directory -rR -f sub.mk --debug=v -k twice 2>&1 | grep -v '^Directory .* cache invalidated'
	-@MAKEFILES=early.mk $(MAKE) --no-print-directory -rR -f sub.mk --debug=v -k bad other 2>&1 | grep -v '^Directory .* cache invalidated'
	-@MAKEFILES=early.mk $(MAKE) --no-print-directory -rR -f sub.mk --debug=v usual 2>&1 | grep -v '^Directory .* cache invalidated'
	-@MAKEFILES=early.mk $(MAKE) --no-print-directory -rR -f sub.mk --debug=b g1 2>&1 | grep -v '^Directory .* cache invalidated'
