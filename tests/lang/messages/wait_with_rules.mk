# .WAIT as a target.
all: a
.WAIT: b
	@echo no
a b:;@echo $@
