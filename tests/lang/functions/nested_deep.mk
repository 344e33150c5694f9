# References nested 5,000 deep are expanded, also where brackets of another kind stand between them.
# SH: n=5000; r() { yes "$1" | head -n $n | tr -d '\n'; }; (printf 'x := '; r '$(a '; printf b; r ')'; printf 'c\ny := '; r '$(}{ '; printf b; r ')'; printf 'd\n') > deep.mk
# RUN: -f deep.mk --eval '$(info $x $y)all:'
