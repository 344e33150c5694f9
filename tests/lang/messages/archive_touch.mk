# -t of archive members: no archive, no such member, a file that is no archive.
# COVERS: message/touch-no-archive message/touch-no-member message/touch-not-archive message/touch
# SH: echo x > m.o && ar rc has.a m.o && echo 'no archive' > plain.a
# SH: touch -d 2001-01-01 has.a plain.a
# RUN: -t -k
# RUN: -t one
# RUN: -t two
# RUN: -t three
# RUN: -t four
# SH: rm has.a
# SORT
all: one two three four
one: nothere.a(m.o)
two: has.a(other.o)
three: plain.a(m.o)
four: has.a(m.o)
nothere.a(m.o) has.a(other.o) plain.a(m.o) has.a(m.o): FORCE; @echo $@
FORCE:
