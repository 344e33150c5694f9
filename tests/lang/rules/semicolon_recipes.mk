# Recipes after a semicolon, with # and \, with more lines; empty recipes.
all: a b c d
a: ; @echo 'a # b'; echo \
    more
	@echo second
b: x ; @echo $@ $^ \# ; echo y
x:;
c:
d:
	
