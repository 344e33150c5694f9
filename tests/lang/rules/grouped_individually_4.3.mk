# WITHOUT: n q
# COMPAT: 4.3
# In 4.3 each of several targets made together is out of date by itself; the recipe makes them all.
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
