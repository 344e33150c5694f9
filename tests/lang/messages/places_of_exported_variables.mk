# Warnings from exported variables name the place of the variable that is exported; one of the command line has none.
# ARGS: --warn-undefined-variables 'E=$(nosuch)'
# STATUS: 0
# SORT
A = $(undefd)
B = $(A)
export B

all:
	@echo $(B)
