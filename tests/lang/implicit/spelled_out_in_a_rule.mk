# What a pattern rule names without % is no intermediate file until a rule is tried with its name.
# SH: touch -d 2001-01-01 a
# RUN:
# RUN: a
# RUN: e.o
% %: % from the other
	+:
d.o e.o: %.o: %.c a from the other
