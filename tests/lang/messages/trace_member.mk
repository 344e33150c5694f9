# Of a member --trace says that it does not exist only where its archive does.
# ARGS: -r --trace
# SH: touch f.o; ar rcU lib.a f.o; rm f.o
# ARGS: -r --trace
# SH: rm lib.a
all: lib.a(f.o) lib.a(g.o)
lib.a(f.o):; @echo $@ $%
lib.a(g.o): g.o; @echo $@ $%
g.o:; @echo $@
