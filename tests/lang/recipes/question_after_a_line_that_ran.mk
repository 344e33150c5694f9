# With -q a target whose first line ran is deleted when the second would have to; those of a grouped rule stay, and so does
# what a pattern rule makes besides.
# RUN: -q ax
# RUN: -q bx
# SH: rm -f ?x
# RUN: -q -k bx cx
# RUN: -q d
# RUN: -q e
# RUN: -q gx
a%:
	+touch $@
	echo x
b% c%:
	+touch bx cx
	echo x
d:
	+touch $@
	echo x
e f &:
	+touch e f
	echo x
gx hx &: %x:
	+touch gx hx
	echo x
