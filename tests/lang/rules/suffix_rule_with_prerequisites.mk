# A suffix rule with prerequisites is a rule for that name, and, unless .POSIX is given, a suffix rule all the same.
# COVERS: message/prerequisites-on-suffix-rule
# FILE: foo.bar
# END
# SH: touch -d 2001-01-01 foo.baz
# RUN: X=1 .baz.biz
# RUN: X= .baz.biz
# RUN: X=1 foo.biz
# RUN: X= foo.biz
.SUFFIXES:
.SUFFIXES: .biz .baz
$X.POSIX:
.baz.biz: foo.bar ; @echo make $@ from $<
