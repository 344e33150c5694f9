# What is exported of a variable that several scopes have: the first that says something decides.
# ENV: fromenv=env
export x = global
unexport y
d = global
all: export d = all
all: unexport x = all
all: abc
abc: d = own
abc: y = own
%c: export y = pattern
abc: fromenv = own
all abc:;@echo "$@ $(x) $$x|$(y) $$y|$(d) $$d|$(fromenv) $$fromenv"
