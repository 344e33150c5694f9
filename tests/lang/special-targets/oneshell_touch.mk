# With .ONESHELL a recipe is one line: a + before its first line, or $(MAKE) anywhere, has all of it run under -t and -n, and
# nothing touched.
# RUN: -t a
# RUN: -t b
# RUN: -t c
# RUN: -n a
# RUN: -n b
# RUN: -q b
.ONESHELL:
a: d
	+echo plus
	echo second
b:
	echo first
	+echo plus
c:
	@echo first
	echo $(MAKE:%=make) > /dev/null
d:
	echo $@
