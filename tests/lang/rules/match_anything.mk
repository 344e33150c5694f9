# Match-anything rules, terminal and not; no rule to make.
# COVERS: rule/match-anything
# FILE: x_shipped
# END
# RUN:
# RUN: nosuch
all: x
%:: %_shipped
	@echo copy $< $@; cp $< $@
