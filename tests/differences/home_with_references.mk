# ~ where HOME holds references.
# DIFFERS: output differs
H = /h
HOME = $(H)
$(info $(wildcard ~) $(wildcard ~/..))
all: ~/x ; @echo '$^'
~/x /h/x:;
