# With .ONESHELL the lines a variable brings into a recipe lose their prefixes like those of the recipe itself; a continued line keeps them.
# RUN:
# RUN: -n
# RUN: SHELL=/bin/bash all b
# RUN: -n SHELL=/usr/bin/perl
.ONESHELL:
define A
@echo a1
-echo a2
	@-echo a3 \
  -a4
endef
define F

echo f

endef
all: b c d
	$(A)
	@$(A)
b: ; $(F)
c: ; @$(A)
d:
	echo x
	  @echo a\
	   @b
	-echo c\\
	  +@echo d
