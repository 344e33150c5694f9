# .SECONDARY without prerequisites: nothing is removed, missing intermediates are not remade.
# WITHOUT: n q
# COVERS: special-target/.SECONDARY
# FILE: a.1
# END
# SH: touch -d 2001-01-01 a.1
# RUN:
# SH: rm a.2
# RUN:
all: a.3
%.2: %.1
	cp $< $@
%.3: %.2
	cp $< $@
.SECONDARY:
