# COMPAT: 4.3
# A makefile that can't be remade, with -k: 4.4 gives up, 4.3 goes on and fails in the end.
# RUN: -k T=exists
# RUN: -k T=missing
# RUN: -k T=norule
# RUN: -k T=both
# RUN: -k T=recipe
# RUN: -k T=quiet
# RUN: -k T=self
# RUN: -k T=norule fails
# FILE: exists.inc
# END
# STATUS: 2
all: ; @echo hi
fails: x ; @echo hi
x: ; false
ifeq ($T,self)
Makefile: no-such ;
else ifeq ($T,quiet)
-include $T.inc
else ifeq ($T,both)
include norule.inc missing.inc
else
include $T.inc
endif
exists.inc: no-such ; @false
recipe.inc: ; @false
norule.inc quiet.inc: no-such ;
