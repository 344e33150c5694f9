# --eval given twice with the same text counts once (4.4).
# RUN: --eval='$(info once)' --eval=A:=1 --eval='$(info once)' --eval=A:=1
# RUN: -Ix -Iy -Ix --eval=B:=2
all: ; @echo '$(subst $$,,$(filter-out %once%,$(MAKEFLAGS)))' $A$B
