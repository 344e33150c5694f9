# With one job, depth first in the order written; the same with prerequisites of prerequisites.
all: a b
a: a1 a2 ; @echo $@
b: b1 a1 b2 ; @echo $@
a1: a3
a1 a2 a3 b1 b2: ; @echo $@
