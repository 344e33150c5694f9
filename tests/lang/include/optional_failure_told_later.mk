# What an optional makefile could not be made from is complained of when a goal needs it too.
# RUN: all
# RUN: -k all foo bar baz
# RUN: -f second
# RUN: -f third
# FILE: second
# -include foo.mk
# error: foo.mk ; @echo $@
# END
# FILE: third
# -include foo
# all: bar
# foo: bar
# bar:; @exit 1
# END
# STATUS: 2
-include foo
all: bar
foo: baz
bar: baz
baz: end
