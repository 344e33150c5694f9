# Under -n, -t and -q a recipe of `+` lines only is taken for what it did, one with other lines is not.
# ARGS: -n a.x
# SH: rm -f a.*
# ARGS: -n b.x
# SH: rm -f b.*
# ARGS: -t a.x
# ARGS: -q c.x
a.x: a.o; +@echo $@
b.x: b.p; +@echo $@
c.x: c.o; +@echo $@
%.o %.y:
	+touch $@
%.p %.q:
	+touch $@
	echo more
