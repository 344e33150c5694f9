# Double-colon rules: each on its own; without prerequisites always.
# COVERS: rule/double-colon
# FILE: old
# END
# SH: touch -d 2001-01-01 old
# RUN:
# RUN:
all: t
t:: old
	@echo first $<; touch -d 2002-01-01 $@
t:: new
	@echo second $<
t::
	@echo third
new:; touch -d 2003-01-01 new
