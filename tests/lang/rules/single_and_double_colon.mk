# A target with both kinds of rules.
# STATUS: 2
t: a
t:: b
