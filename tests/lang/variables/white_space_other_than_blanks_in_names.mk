# Blanks end the name of a variable; a vertical tab or a form feed is part of it, unless it begins the line.
# RUN:
# RUN: w=1
ab = 1
x= 2
y =3
z = 4
exportw = 5
export vw = 6
define h
xx
endef
define hi =
xxx
endef
all: va = 7
all:; @echo '$(va)'
$(info [$(ab)] [$(x)] [$(x)] [$(y)] [$(z)] [$(w)] [$(vw)] $(origin exportw) $(origin w))
$(info [$(h)] [$(h)] [$(hi)] [$(hi)])
undefine hi
undefine h
$(info [$(h)] [$(h)] [$(hi)] [$(hi)])
