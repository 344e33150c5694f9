# $$, a $ at the end, $ before white space or another odd character.
a = x$$y
b = end$
c = $(a)$
$(info [$(a)] [$(b)] [$(c)] [$$] [$$$$x])
all:
	@echo '$$a $(a)'
