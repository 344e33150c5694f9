# Files with odd times: in the future, and too exact for .LOW_RESOLUTION_TIME.
# COVERS: message/modification-time-in-future message/clock-skew message/high-resolution-time
# NORM: [0-9.e+]+ s in the future
# SH: touch -d '2001-01-01 00:00:00.5' low && touch -d '+2 days' future
all: low later
	@echo $?
.LOW_RESOLUTION_TIME: low
low: ;
later: future; @echo $@
