# `::` rules of a file that VPATH finds: each rule is looked at with the time that was found; where one need not run, it and those that follow use the name found.
# NORM: version
# SH: mkdir s && touch -d 2005-01-01 s/e.c old && touch -d 2001-01-01 old && touch -d 2010-01-01 new
# RUN: -r e.c
# RUN: -r all
# RUN: -r A=old B=old C=old e.c
# RUN: -r A=old B=old C=old --debug=v e.c
# RUN: -r A=old B=new C=old all
# RUN: -r A=old B=new C=old -j2 e.c
# RUN: -r A=old B=old C= all e.c
# RUN: -r A=new B=old C=new -k e.c z
# RUN: -rB A=old B=old C=old e.c
VPATH = s
A = new
all: e.c z; @echo all $^ $?
z: e.c; @echo z $^ $?
e.c:: $A; @echo first $@ $^ $?
e.c:: $B; @echo second $@ $^ $?
e.c:: $C; @echo third $@ $^ $?
