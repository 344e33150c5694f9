# What is no number is told of with its blanks.
# COVERS: function/intcmp
# COMPAT: 4.4.1
# RUN: A=1
# RUN: A=x
# STATUS: 2
$(info $(intcmp  $A , 2 ,less,equal,more))
$(info $(intcmp 2, x	,a))
all:
