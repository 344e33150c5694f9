# Order-only prerequisites are made but do not count; also in pattern rules.
# COVERS: rule/order-only
# RUN:
# RUN:
# SH: touch dir
# RUN:
all: t x.z
t: a | dir
	@echo '$@: $^ | $|'; touch -d 2001-01-01 $@
%.z: a | dir
	@echo '$@: $^ | $|'; touch -d 2001-01-01 $@
a:; touch -d 2001-01-01 $@
dir:; mkdir $@
