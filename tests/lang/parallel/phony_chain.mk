# A prerequisite of two targets is made once also with -j.
# ARGS: -j4
# SORT
all: a b c
a b c: common ; @echo $@
common: ; @echo common >> log; sleep 0.05
.PHONY: all common
