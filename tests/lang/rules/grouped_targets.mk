# Grouped targets run once for all; plain multiple targets run for each.
# WITHOUT: n q
# COVERS: rule/grouped
# RUN:
# RUN:
# SH: rm b
# RUN:
all: a b c x y
a b c &: in
	@echo 'group for $@ ($^)'; touch a b c
x y: in
	@echo 'single $@'; touch $@
in:; touch $@
