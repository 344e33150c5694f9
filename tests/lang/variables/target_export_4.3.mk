# COMPAT: 4.3
# What is exported of a variable that several scopes have: the first that says something decides.  In 4.3 each scope is looked at alone.
# ENV: fromenv=env
export x = global
unexport y
d = global
all: export d = all
all: x = all
all: abc
abc: d = own
abc: y = own
%c: export y = pattern
abc: fromenv = own
all abc:;@echo "$@ $(x) $$x|$(y) $$y|$(d) $$d|$(fromenv) $$fromenv"
