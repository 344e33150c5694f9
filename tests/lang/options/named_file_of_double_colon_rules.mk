# -W gives a name with :: rules one more, which nothing makes; -o says nothing to them. What -o names is removed where it is an
# intermediate file.
# SH: touch -d 2001-01-01 e f g
# RUN: -W d d
# SH: touch d
# RUN: -W d d
# RUN: -W e d
# SH: rm -f d
# RUN: -o d d
# RUN: -B -o e d
# RUN: -o g h
d:: e ; touch $@
d:: f ; @echo two
h: g ; @echo $@
.INTERMEDIATE: g
