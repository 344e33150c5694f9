# A failure that was told of ends make, also below a makefile that need not be there: what comes next for it is not made.
# ENV: YACC=false
# RUN:
# RUN: -k
# STATUS: 2
# RUN: -r
-include inc.mk
a: e.c
%.y: ; @echo '[$(lastword )]'
%.o: e.c %.y ; @echo '$|'
%: %.o ; @echo '$@'
e.c: f ; @echo $@
f: ; @false
