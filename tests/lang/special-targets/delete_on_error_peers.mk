# What a pattern rule makes besides its target was not looked at before: it counts as changed when the recipe fails, and the
# last goes first. The target itself was looked at, and so were the targets of a grouped rule.
# SH: touch -d 2001-01-01 a.x a.y a.z b.x b.y p.x p.y g1 g2 g3; touch -d 2002-01-01 a.in b.in p.in
# ARGS: -k
.DELETE_ON_ERROR:
.PRECIOUS: p.y
all: a.y b.x b.y p.x g1 w.2
%.x %.y %.z: %.in
	@false
%.1 %.2 %.3: ; @touch w.1 w.2 w.3; false
g1 g2 g3 &: force
	@false
force:
