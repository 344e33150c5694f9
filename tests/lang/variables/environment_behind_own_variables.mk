# Targets with variables of their own that are not passed on get the environment of all others, unless one of theirs stands in
# front of an exported one, is exported, or is referred to by one.
export G := global
export R = $(own)
export unexport-me := dash
V := not exported
all: plain quiet front said referred next pattern.x named dashed undone last
%.x named: own-named := x
quiet: silent := y
front: G = in front
said: export V = exported
referred: own = seen
next: silent = y
dashed: unexport-me := other
undone: unexport G = undone
plain quiet front said referred next pattern.x named dashed undone last:
	@echo "$@: $$G,$$R,$$V,$$silent,$$(env | grep -c unexport),$$(env | grep 'own-named')"
.PHONY: all plain quiet front said referred next pattern.x named dashed undone last
