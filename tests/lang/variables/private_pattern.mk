# private pattern-specific variables are not inherited.
# COVERS: directive/private
all: t.o
%.o: private flags = pattern
flags = global
t.o: dep
	@echo $@ $(flags)
dep:
	@echo $@ $(flags)
