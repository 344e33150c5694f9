# What --shuffle leaves alone: .WAIT, .NOTPARALLEL, makefiles; and what its argument may be.
# COMPAT: 4.4.1
# COVERS: message/recipe-failed-shuffled message/shuffle-mode
# RUN: --shuffle=reverse wait
# RUN: --shuffle=reverse np
# RUN: --shuffle=reverse dc
# RUN: --shuffle=REVERSE circ
# RUN: --shuffle=99999999999 flags
# RUN: --shuffle=-3 flags
# RUN: --shuffle=none flags
# RUN: --shuffle=identity fail
# RUN: -i --shuffle=identity fail
# RUN: --shuffle=0x10
# STATUS: 2
-include inc
inc: i1 i2;@echo $@
i1 i2:;@echo $@
wait: a b .WAIT c d;@echo $^
np: x | y z; @echo $^ $|
x: p q;@echo $@
.NOTPARALLEL: x
dc:: b c;@echo $^ $|
dc:: s.i e;@echo $@ $^
%.i: %.1 %.2;@echo $@ $^
%.1 %.2:;@echo $@
circ: a_ b_ ; @echo $@
a_: b_
b_: a_
flags:;@echo '$(MAKEFLAGS)'
fail:;false
%:;@echo $@
