# A pattern rule with several targets runs once for those that are needed.
# RUN:
# SH: touch -d 2001-01-01 p.b
# RUN:
all: p.a p.b
%.a %.b: %.in
	@echo 'make $@ ($*)'; touch $*.a $*.b
p.in:; @touch -d 2002-01-01 $@
