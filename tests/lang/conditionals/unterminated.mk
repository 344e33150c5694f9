# A conditional without endif.
# STATUS: 2
ifeq (a,a)
all:;
