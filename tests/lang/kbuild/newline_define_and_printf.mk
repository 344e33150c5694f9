# Values of several lines through printf and xargs, as built-in.a is made.
define newline


endef
objs := a.o b.o
text = $(subst $(newline),\n,$(foreach o,$(objs),$o$(newline)))
all:
	@printf '%b' '$(text)'
	@printf "obj/%s " $(objs) | xargs echo ar cDPrST built-in.a
	@{ echo $(objs); echo; :; } > order; cat order
