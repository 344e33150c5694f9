# Standard streams that are closed from the start are closed in commands too; a full disk where output is kept.
# SORT
# COMPAT: 4.4.1
# FILE: sub.mk
# a: ; @echo $@
# b: ; @cat
# c: ; @echo $@ >&2
# d: ; @$(MAKE) -f sub.mk b
# END
# RUN: -k
input_%: ; @-$(MAKE) -f sub.mk $* <&-
output_%: ; @-$(MAKE) -f sub.mk $* >&-
sync_%: ; @-$(MAKE) -j2 -O -f sub.mk $* >&-
errors_%: ; @-$(MAKE) -j2 -O -f sub.mk $* 2>&-
full_%: ; @-$(MAKE) -j2 -O -f sub.mk $* >/dev/full
stdin: ; @-$(MAKE) -f - <&-; $(MAKE) -f - <.
all: stdin $(foreach s,input output sync errors full,$(foreach t,a b c d,$s_$t))
.DEFAULT_GOAL := all
