# With -k only the first that needs a name hears of the failure of its later `::` rules.
# RUN: -rk
# RUN: -rk b c
# RUN: -rk d c
# RUN: -rk c d
# RUN: -rk e f
# SH: rm -f c
# RUN: -rkj2 b c
a: b c; touch $@
b: d; touch $@
c: d; touch $@
d:: x; echo 1
d::; false
e: g; touch $@
f: g; touch $@
g:: x; false
g::; echo 2
x:
