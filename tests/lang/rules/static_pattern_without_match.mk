# A target that does not fit the target pattern has its name for a stem, and none of the prerequisites. One of these where all
# `%` are quoted is no pattern, and keeps its backslashes.
# COVERS: rule/static-pattern message/target-does-not-match
# RUN: -k a.o d/b.x e.o
a.o d/b.x: %.z: %.c ; @echo '[$*] $^'
a.o: other
other: ; @echo $@
e.o: %.o: \%.c %.c \\%.d ; @echo '[$*] $^'
\\%.c e.c \e.d: ; @echo '$@'
