# What is there before is not removed, whatever implicit rules are tried with its name; of targets made together make looks at
# the others only up to the first that is missing, and a phony intermediate file goes like any other.
# SH: touch -d 2001-01-01 d.o; touch -d 2002-01-01 d.c
# RUN: -f double
# SH: touch -d 2001-01-01 a f.x; touch -d 2002-01-01 b
# RUN: -f group
# SH: touch p
# RUN: -f phony
# FILE: double
# d.c:: d.o
# 	echo '$?'
# END
# FILE: group
# b f.x g.y &: b a; @echo made
# .INTERMEDIATE: f.x
# END
# FILE: phony
# all:: p
# .INTERMEDIATE: p
# .PHONY: p
# END
all:
