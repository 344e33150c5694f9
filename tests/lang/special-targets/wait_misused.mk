# .WAIT takes neither prerequisites nor a recipe; -W means a file found through VPATH too, whatever ./ stands before it.
# SH: mkdir d; touch -d 2001-01-01 d/x; touch y
# RUN:
# RUN: -W d/x VPATH=./d y
# RUN: -W ./d/x VPATH=d y
# RUN: -n plus
# SH: touch -d 2002-01-01 plus; touch -d 2001-01-01 b; touch -d 2003-01-01 c
# RUN: -n plus
# STATUS: 0
all:;@:
.WAIT: foo
$(info mid)
.WAIT: ; echo oops
y: x ; @echo cp $< $@
NONE = +$(empty)
plus: b; echo > $@
b: c; $(NONE)
c:
