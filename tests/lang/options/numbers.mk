# Numbers of -j and -l are read as C reads them; MAKEFLAGS shows a load in at most six digits.
# NORM: usage
# COVERS: option/-l
# NORM: fifo:[^ ]*
# RUN: -j+3
# RUN: '-j 2'
# RUN: -j00002
# RUN: -j4294967298
# RUN: -j-1
# RUN: -j99999999999999999999999
# RUN: -j3 -j-1
# RUN: -j 3
# RUN: -j3 -l
# RUN: -lx
# RUN: -l-1
# RUN: -l1.5x
# RUN: -lnan
# RUN: -l-nan
# RUN: -linf
# RUN: -l1e6
# RUN: -l123456.789
# RUN: -l0.00001
# RUN: -l1.23456789
# RUN: '-l 3'
# RUN: -l0x10
# RUN: -l0x1p3
# RUN: -l99999999999
# RUN: -l--2
# RUN: -l 2.5
# RUN: --shuffle=99999999999999999999
# RUN: --shuffle=-1
# RUN: --shuffle=4294967297
all:; @echo '$(MAKEFLAGS)'
