# A TMPDIR that is not there is told of once, however many temporary files are made.
# ENV: TMPDIR=/nothere/tmp
# RUN: -O -j2
# SORT
all: a b c
a b c: ; @echo $@; echo $@ >&2
