# Match-anything rules, terminal and not; no rule to make.
# FILE: x_shipped
# END
# RUN:
# RUN: nosuch
all: x
%:: %_shipped
	@echo copy $< $@; cp $< $@
