# An included makefile that is out of date is remade first; one that is not changed by its recipe does not start over.
# FILE: conf.mk
# v = old
# END
# FILE: conf.in
# v = new
# END
# FILE: keep.mk
# END
# SH: touch -d 2001-01-01 conf.mk keep.mk
# RUN:
# RUN:
all:;@echo $(v)
include conf.mk keep.mk
conf.mk: conf.in
	cp $< $@
keep.mk: conf.in
	@echo not changing $@
