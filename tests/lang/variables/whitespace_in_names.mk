# White space around names and operators; a name with a colon or equals sign inside brackets.
a	=	1
 b:=2
c?=3
d::= 4
e:::=5
f	+= 6
g!=echo 7
$(if 1,h):= 8
$(info $(a)$(b)$(c)$(d)$(e)$(f)$(g)$(h))
all:;
