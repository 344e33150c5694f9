# Pattern-specific variables: the longest stem's pattern last, in order; target-specific over both.
# COVERS: assignment/pattern-specific kbuild/23-pattern-specific-order
%: v = any
%.o: v = object
lib/%.o: v = library
%.o: w += one
%.o: w += two
lib/x.o: v += target
w = base
all: a.o lib/a.o lib/x.o plain
a.o lib/a.o lib/x.o plain:
	@echo $@: $(v) [$(w)]
