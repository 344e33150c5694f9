# Chained files are intermediate: removed at the end, not remade when missing; .SECONDARY, .PRECIOUS and mention keep them.
# COVERS: special-target/.PRECIOUS
# FILE: a.1
# END
# FILE: b.1
# END
# FILE: c.1
# END
# SH: touch -d 2001-01-01 a.1 b.1 c.1
# RUN:
# RUN:
# SH: touch -d 2000-01-01 a.3
# RUN:
all: a.3 b.3 c.3
%.2: %.1
	cp $< $@
%.3: %.2
	cp $< $@
.PRECIOUS: b.2
.SECONDARY: c.2
