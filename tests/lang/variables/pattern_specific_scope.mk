# Pattern-specific variables: the stem is not empty; ?= does not see the variables of other targets; those that are private are not exported.
# RUN:
# RUN: c=cl
# ENV: e=env
all: v = all
all: c x.o
c: own = 1
%c: v = matched
%.o: v ?= o
%.o: own ?= o
%.o: private e = pattern
%.o: c = pattern
%.o: c2 := $(c)
x.o: w = $(v)
all c x.o:;@echo '$@ $(v) $(own) $(e) $(c) $(c2) $(w)' "$$e" "$$c"
