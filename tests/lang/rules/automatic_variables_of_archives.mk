# The D and F forms of $% $+ and $?, whose names have directories or none.
# COVERS: automatic/$% automatic/$(%D) automatic/$(%F) automatic/$(+D) automatic/$(+F) automatic/$(?D) automatic/$(?F) automatic/$(@D) automatic/$(@F)
# COVERS: automatic/$+ automatic/$(*D) automatic/$(*F) automatic/$(<D) automatic/$(<F) automatic/$(^D) automatic/$(^F)
# SH: mkdir -p s/t && touch x s/y s/t/z
all: lib/a.a(m.o) lib/a.a(d/n.o) plain dir/q.r
lib/a.a(m.o) lib/a.a(d/n.o): x s/y x
	@echo '$@ $(@D) $(@F) | $% $(%D) $(%F) | $+ $(+D) $(+F) | $? $(?D) $(?F)'
plain: s/t/z x s/t/z
	@echo '$(%D) $(%F) | $(+D) $(+F) | $(?D) $(?F) | $(<D) $(<F) $(^D) $(^F)'
dir/%.r: s/y x
	@echo '$(*D) $(*F) | $(<D) $(<F) | $(^D) $(^F)'
