# -j takes the next argument if it is a whole number, -l if it begins like one.
# RUN: -j 2x foo
# RUN: -j 0x2
# RUN: -j 1.5
# RUN: -l 2x foo
# RUN: -l 1.5x
# RUN: -l2e
# RUN: -lx
# RUN: -l .5 foo
# STATUS: 0
# SORT
foo 2x 0x2 1.5:;@echo '$@ $(MAKEFLAGS)'
