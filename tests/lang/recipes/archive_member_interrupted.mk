# What a failing recipe may have left in an archive is told of, not deleted; files are deleted.
# WITHOUT: t
# COVERS: message/archive-member-may-be-bogus message/deleting-file special-target/.DELETE_ON_ERROR message/recipe-killed
# SH: echo x > m.o && touch -d 2001-01-01 m.o && ar rcU lib.a m.o && touch -d 2001-01-02 m.o
# RUN: -k
# RUN: lib.a(m.o)
# STATUS: 2
.DELETE_ON_ERROR:
all: lib.a(m.o) file
lib.a(m.o): FORCE
	@touch -d 2001-01-03 m.o; ar rU lib.a m.o 2> /dev/null; exit 4
file: ; @echo half > $@; kill -TERM $$$$
FORCE:
