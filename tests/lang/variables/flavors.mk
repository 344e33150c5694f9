# Recursive, simple, immediate-recursive and conditional assignment; when each is expanded.
# COVERS: assignment/= assignment/:= assignment/::= assignment/:::= assignment/?=
a = 1
rec = [$(a) $$x]
simple := [$(a) $$x]
posix ::= [$(a)]
esc :::= [$(a) $$x]
cond ?= first
cond ?= second
set := x
set ?= y
empty =
empty ?= not used
a = 2
$(info $(rec) $(simple) $(posix) $(esc) $(cond) $(set) [$(empty)])
$(foreach v,rec simple posix esc cond empty nosuch,$(info $v $(flavor $v) $(value $v)))
all:;
