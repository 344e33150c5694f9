# What is taken out of the prerequisites of targets made together, where a circle is dropped, is gone from every list that
# shared it; whoever stood on it still sees what came after.
# WITHOUT: t
# SH: touch d.c
# RUN: a
# RUN: g
# RUN: -k b
# RUN: -k c
# RUN: -k h
a: d.c a
a g &: g
	@echo '$@: $^ | $+ | $?'
b: c b
b c &: nothere; false
h: k d.c h
h k &: d.c
	@echo '$@: $^ | $+ | $?'
