# COMPAT: 4.3
# To 4.3 a number of -j is digits only; loads are as in 4.4.
# NORM: usage
# NORM: jobserver-auth=[0-9,]*
# RUN: -j+3
# RUN: '-j 2'
# RUN: -j2147483648
# RUN: -j4294967298
# RUN: -j-1
# RUN: -j00002
# RUN: -l-1
# RUN: -lnan
# RUN: -l1e6
# RUN: -l0.00001
# RUN: -l0x10
all:; @echo '$(MAKEFLAGS)'
