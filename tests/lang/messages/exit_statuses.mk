# Statuses and signals in messages.
# RUN: -k
# STATUS: 2
all: a b c
a:; @exit 127
b:; @kill -9 $$$$
c:; @kill -SEGV $$$$
