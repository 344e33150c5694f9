# --trace names what a target is remade for; with a bare .SECONDARY those prerequisites that do not exist.
# COVERS: message/trace-unknown
# SH: touch -d 2001-01-01 dep; touch -d 2002-01-01 a b e n m h z; touch -d 2003-01-01 new
# ARGS: --trace a b e n m h x y z
# ARGS: -B --trace n m
# ARGS: --trace all.secondary=yes a b e n m h x y z
$(if $(all.secondary),$(eval .SECONDARY:))
.PHONY: FORCE P2
FORCE P2 Q2:
a: dep P2 FORCE | Q2; @echo [$?]
b: dep Q2 FORCE; @echo [$?]
e: dep e2; @echo [$?]
e2: FORCE; @echo e2
n: dep new; @echo [$?]
m: dep FORCE new; @echo [$?]
h:: ; @echo [$?]
x: dep; @echo [$?]
y: FORCE; @echo [$?]
z: dep new y; @echo [$?]
