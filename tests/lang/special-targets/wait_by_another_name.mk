# ./.WAIT is a file, which nobody makes; among plain names only the bare word stands for waiting.
# RUN: bare
# RUN: dotted
# STATUS: 2
bare: a .WAIT b
dotted: c ./.WAIT
a b c: ; @echo $@
