# Backslash-newline in targets, prerequisites and recipes.
all: a \
  b \
  #c
a b: ; @echo \
		$@ 'in \
quotes' "and \
	 these" a\
b
