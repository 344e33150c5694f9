# private pattern-specific variables are not inherited.
all: t.o
%.o: private flags = pattern
flags = global
t.o: dep
	@echo $@ $(flags)
dep:
	@echo $@ $(flags)
