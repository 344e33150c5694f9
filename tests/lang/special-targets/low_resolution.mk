# .LOW_RESOLUTION_TIME compares seconds only.
# COVERS: special-target/.LOW_RESOLUTION_TIME
# FILE: a
# END
# FILE: b
# END
# SH: touch -d '2001-01-01 00:00:00.7' a; touch -d '2001-01-01 00:00:00.2' b
# RUN:
# RUN: low=b
all: b
b: a; @echo $@ is old
.LOW_RESOLUTION_TIME: $(low)
