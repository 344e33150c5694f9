# What -t can't touch after lines that ran is deleted as if the recipe had failed; of a member of an archive that is not there
# nothing is known.
# WITHOUT: q
# SH: echo 1 > f; ar rc l.a f
# RUN: -t a(b)
# RUN: -t l.a(b)
# RUN: -t c(d)
# RUN: -t n/x
# RUN: -tk a(b) l.a(b)
# RUN: a(g)
# RUN: l.a(g)
a(b): ; +@echo hi
	@echo x
l.a(b): ; +@echo hi
	@echo x
c(d): ; @echo hi
	@echo x
n/x: ; +@echo hi
	@echo x
a(g): ; false
l.a(g): ; false
.DELETE_ON_ERROR:
