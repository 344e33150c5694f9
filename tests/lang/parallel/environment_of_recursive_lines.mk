# Only recursive commands are told of a jobserver that they can use; the ones before and after are told that they can't.
# ARGS: -j2 --jobserver-style=pipe
show = echo "$@: $$MAKEFLAGS" | sed 's/auth=[0-9]*,[0-9]*/auth=open/'
.PHONY: all one two three four
all: four
one two four:
	@$(show)
three:
	+@$(show)
four: three
three: two
two: one
