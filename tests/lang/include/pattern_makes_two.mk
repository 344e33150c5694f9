# A pattern with two targets makes two include files in one go, then make starts over once.
all:;@echo $(a) $(b) $(MAKE_RESTARTS)
include a.conf b.conf
a.% b.%: src
	@echo made for $*
	@echo 'a = 1' > a.conf; echo 'b = 2' > b.conf
src:; @touch $@
