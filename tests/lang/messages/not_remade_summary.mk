# -k: which targets are reported, at which level.
# COVERS: message/not-remade
# RUN: -k
# RUN: -k x y
all: x y
x: a b ; @echo no
y: c ; @echo $@
a:; @exit 1
b:; @echo $@
c:; @echo $@
