# The data base -p prints: variables, pattern-specific variables, implicit rules, files and search paths, in make's order.
# WITHOUT: n q t
# COVERS: message/data-base-variables message/data-base-pattern-specific message/data-base-implicit-rules
# COVERS: message/data-base-no-implicit-rules message/data-base-vpath message/data-base-no-vpath
# COVERS: message/data-base-general-vpath message/data-base-not-a-target message/data-base-recipe message/data-base-phony
# COVERS: message/data-base-precious message/data-base-intermediate message/data-base-secondary message/data-base-stem
# COVERS: message/data-base-command-line message/data-base-also-makes message/data-base-updated message/data-base-failed
# NORM: printed on .*|Make data base on .*
# SH: touch -d 2001-01-01 old.c there
# FILE: sub.mk
# VPATH = src:lib
# vpath %.c one:two
# A = $(B)
# B := $$b
# define C
# two
#   lines
# endef
# export override D = 1
# unexport E
# E ?= e
# %.q: P = $A
# %.q: private Q := q
# .PHONY: all
# .PRECIOUS: there
# .INTERMEDIATE: mid
# .SECONDARY: second
# all: X = 1
# all: override Y += 2
# all: first two | after mid second
# 	@echo $@
# first::
# first:: there
# 	@echo $@
# two after:
# 	@echo $@
# 	@echo again
# one other &:
# 	@echo $@
# %.o %.p: %.c
# 	@echo $@
# %.t:: %.c
# 	@echo $@
# there mid second:
# fails:
# 	@false
# END
# FILE: wrong.mk
# $(error no)
# END
SHOW = sed '/^\# Variables/,$$!d; /^\# Directories/,/^\# Implicit/d; /^\# strcache/,$$d; /^MAKE_COMMAND/d; /^\# Load/d; s/ load$$//; s/\(Last modified\).*/\1/'
all: build question suffixes errors
build: ; @$(MAKE) --no-print-directory -kprR -f sub.mk all old.o fails CL=1 | $(SHOW)
question: ; @$(MAKE) --no-print-directory -pqrR -f sub.mk all | $(SHOW) | sed '/^#  /d; /^\# automatic/,/^\# | /d; /stats:$$/d'
suffixes: ; @$(MAKE) --no-print-directory -pq -f /dev/null | sed '/^# Implicit/,/^# Files/!d'
errors: ; @-$(MAKE) --no-print-directory -prR -f wrong.mk | sed '/^\# [MFN]/!d; s/ on ... ... .*/ on/'
