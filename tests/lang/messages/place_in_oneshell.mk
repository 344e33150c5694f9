# With .ONESHELL what is said of any line of a recipe names the first.
# RUN: --warn-undefined-variables
# RUN: --warn-undefined-variables 'V=$(E2)' env
.ONESHELL:
all:
	@echo one
	echo $(E1)
	echo $(warning three)
env:
	@echo "[$$V]"
W = $(V)
