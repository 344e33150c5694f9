# A recipe that leaves the member as it was makes the archive out of date; deterministic archives have no times; archives
# are found through VPATH with their members.
# WITHOUT: t
# SH: touch -d 2001-01-01 a.o b.o; ar rcU mylib.a a.o b.o; touch -d 2002-01-01 mylib.a; touch b.o
# RUN: -r mylib.a
# RUN: -r plain
# SH: mkdir d; touch -d 2001-01-01 foo; ar rcU d/lib foo; rm foo; touch -d 2000-01-01 foo.vhd; ar rcD zero.a a.o
# RUN: -r found
# RUN: -r zero
# STATUS: 0
vpath lib d
plain mylib.a: mylib.a(a.o b.o); @echo $@ from $? / $^
(%): %;
found: lib(foo); @echo $^ '$?'
(foo): foo.vhd; @echo remade $@
zero: zero.a(a.o);@echo zero $?
