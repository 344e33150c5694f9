# A recursive variable that refers to itself.
# STATUS: 2
a = $(b)
b = x $(a)
all:;@echo $(a)
