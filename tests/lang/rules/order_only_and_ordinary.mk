# A prerequisite that is order-only first and ordinary later has the first place in `$^` and `$?`, and none in `$|`.
# RUN: all b f
all: | e.c
	-echo "$^" "$|" "$+" "$?" "$<"
all: a e.c
a e.c:;
b: a | c e.c; @echo "$^" "$|" "$+" "$<"
b: d e.c c
c d:
f: | a; @echo "$^" "$|" "$+" "$<"
f: b | a
f: | b a
f: a
