# .POSIX acts on the line after it: the space before a backslash-newline stays.
.POSIX:
x = a  \
   b  \
	c
$(info [$x])
all:;@:
