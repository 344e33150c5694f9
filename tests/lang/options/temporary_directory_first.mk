# A TMPDIR that is none is told of before anything else is.
# ENV: TMPDIR=/nothere
# NORM: version
# NORM: usage
# RUN: -v
# RUN: -h
# RUN: -Z
# SORT
# RUN: =x
# RUN: -w -Onone_such
all: ; @echo all
