# Prerequisites from several lines, a recipe from one; $^ $+ $< $? $| $@ without duplicates; order.
# COVERS: rule/explicit rule/several-targets automatic/$@ automatic/$< automatic/$? automatic/$^ automatic/$|
# FILE: a
# END
# FILE: b
# END
# SH: touch -d 2001-01-01 a b
all: t
t: a
t: b a c | o a
	@echo '@=$@ <=$< ^=$^ +=$+ ?=$? |=$|'
	@touch $@
t: d
c d o:
	@echo $@; touch $@
