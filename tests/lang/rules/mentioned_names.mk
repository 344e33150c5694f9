# What has variables of its own, or is included, is mentioned: implicit rules count on it.
# RUN: -r q.x
# RUN: -R -f second
# RUN: -R -f third
# FILE: second
# -include inc.mk
# %.o: %
# 	@echo '$*'
# %: %.o; @echo made $@; false
# END
# FILE: third
# d.c: V ::= 1
# g.y: d.o inc.mk d.o
# END
# STATUS: 2
q.c: V = 1
%.x: %.c; @echo $@ $<
