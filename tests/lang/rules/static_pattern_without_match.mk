# A target that does not fit the target pattern has its name for a stem, and none of the prerequisites.
# COVERS: rule/static-pattern message/target-does-not-match
# RUN: -k a.o d/b.x
a.o d/b.x: %.z: %.c ; @echo '[$*] $^'
a.o: other
other: ; @echo $@
