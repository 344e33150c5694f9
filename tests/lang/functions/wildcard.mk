# wildcard: patterns, several of them, names that are none, what is a directory.
# COVERS: function/wildcard
# SH: mkdir -p d/e g && touch a.c b.c .hid d/x.c d/e/y.c 'a b' 'q%' && ln -s d l && ln -s nowhere dangling
# RUN:
$(info [$(wildcard *.c)] [$(wildcard *.c d nope a.c *.c)] [$(wildcard )] [$(wildcard d/*)] [$(wildcard */)])
$(info [$(wildcard ./*.c)] [$(wildcard .h*)] [$(wildcard dangling)] [$(wildcard dang*)] [$(wildcard d/)] [$(wildcard a.c/)] [$(wildcard l)])
$(info [$(wildcard [ab].c)] [$(wildcard [!a].c)] [$(wildcard \a.c)] [$(wildcard ?.c)] [$(wildcard {a,b}.c)] [$(wildcard [)] [$(wildcard a[)])
$(info [$(wildcard b.c a.c b.c)] [$(wildcard [b].c [a].c)] [$(wildcard d/*/*.c)] [$(wildcard d*/x.c)] [$(wildcard */*.c)] [$(wildcard d//x.c)] [$(wildcard d//*.c)])
$(info [$(wildcard a\ b)] [$(wildcard a\ *)] [$(wildcard a\ b a.c)] [$(wildcard q%)] [$(wildcard a?b)] [$(wildcard .//a.c)] [$(wildcard | a.c)])
# Many names of one directory, some there.
$(info [$(wildcard $(foreach n,1 2 3 4 5 6 7 8 x.c 9 e x.c,d/$n))] [$(wildcard $(foreach n,1 2 3 4 5 6 7 8 9 . ..,none/$n d/$n))])
all:;@:
