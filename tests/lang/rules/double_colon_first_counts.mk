# With -k what is said of a goal with `::` rules is said of the first.
# RUN: -rk
# RUN: -rk b
# RUN: -rk c
a:: x
a:: bad
b:: bad
b:: x
c:: x
	@
c:: bad
x:
