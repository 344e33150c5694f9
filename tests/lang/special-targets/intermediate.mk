# .INTERMEDIATE and .NOTINTERMEDIATE.
# COVERS: special-target/.INTERMEDIATE special-target/.NOTINTERMEDIATE
# FILE: a.1
# END
all: out a.3
out: tmp ; cp tmp out
tmp: ; echo x > tmp
.INTERMEDIATE: tmp
%.2: %.1
	cp $< $@
%.3: %.2
	cp $< $@
.NOTINTERMEDIATE: %.2
