# A goal's time is looked at once more when its recipe has run; nobody else's is unless it counts.
# WITHOUT: n q t
# FILE: sub.mk
# x y: ; @echo $@
# z: y ; @echo $@
# END
SHOW = sed -n '/^[xyz]:/,/^\#  [FM].*\(exist\|checked\)/p'
all:
	@$(MAKE) --no-print-directory -prR -f sub.mk x | $(SHOW)
	@$(MAKE) --no-print-directory -prR -f sub.mk x z | $(SHOW)
