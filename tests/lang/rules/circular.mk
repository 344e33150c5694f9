# Circular dependencies are dropped with a message.
all: a
a: b
	@echo $@ $^
b: c a
	@echo $@ $^
c: c
	@echo $@ [$^]
