# A target of two groups is warned of, the last target of the rule first.
a b c &: ; echo 1
a d &: ; echo 2
b a e &: ; echo 3
