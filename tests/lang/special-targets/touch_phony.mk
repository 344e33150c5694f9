# -t does nothing for a phony target, and says so.
# RUN: -r -t
# RUN: -r -t b a
# RUN: -r -t -j2 e b
a: b; echo $@
b:; echo $@
e: b; echo $@
.PHONY: a b
