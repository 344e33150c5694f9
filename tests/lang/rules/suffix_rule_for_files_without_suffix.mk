# A rule for a suffix alone makes files without suffix, with prerequisites of its own too, without a word, .POSIX or not.
# COVERS: message/prerequisites-on-suffix-rule
# FILE: foo.biz
# END
# FILE: x
# END
# RUN: X=1 foo
# RUN: X= foo
# RUN: X=1 .biz
# RUN: X=1 -s lib.a(foo.o)
# RUN: X= -s lib.a(foo.o)
.SUFFIXES:
.SUFFIXES: .a .biz
$X.POSIX:
.biz: x ; @echo make $@ from $<
.biz.a: x ; @echo make $@ from $<
