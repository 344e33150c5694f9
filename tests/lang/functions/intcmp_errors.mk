# What intcmp says of arguments that are no integers.
# COVERS: message/number-empty message/intcmp-first message/intcmp-second
# RUN: 'E=$(intcmp ,2)'
# RUN: 'E=$(intcmp 1, )'
# RUN: 'E=$(intcmp a,2)'
# RUN: 'E=$(intcmp $(S)a$(S),2)'
# RUN: 'E=$(intcmp 1,b)'
# RUN: 'E=$(intcmp 1 2,3)'
# RUN: 'E=$(intcmp - 1,3)'
# RUN: 'E=$(intcmp -,3)'
# RUN: 'E=$(intcmp 0x1,3)'
# STATUS: 2
define S
 
endef
$(info [$(E)])
all:;@:
