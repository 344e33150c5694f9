# From 4.4 on of several targets made together the oldest counts, and one that is missing is enough.
# WITHOUT: n q
# SH: touch -d 2001-01-01 c; touch -d 2002-01-01 a
# RUN: a
# RUN: first
# SH: rm b
# RUN: second
# SH: touch -d 2000-01-01 b
# RUN: a
# RUN: first
first: a b ; @echo $@: $?
second: b a ; @echo $@: $?
a b &: c ; @echo run for $@; touch a b
