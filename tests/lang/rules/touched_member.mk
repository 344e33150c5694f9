# A member that is touched gets the time its archive had.
# SH: touch -d 2001-01-01 a.o; ar rcU lib.a a.o; touch -d 2002-01-01 lib.a; touch -d 2003-01-01 a.o
# RUN: -t -r
# SH: TZ=UTC ar tv lib.a > members; touch -d 2002-01-01 lib.a
# RUN: -t -r
all: lib.a(a.o)
(%): %; @echo $@
