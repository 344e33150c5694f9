# Functions may call themselves; a variable that refers to itself may not.
# COVERS: message/references-itself
# RUN:
# RUN: 'E=$(loop)'
# STATUS: 2
reverse = $(if $1,$(call reverse,$(wordlist 2,99,$1)) $(firstword $1))
map = $(foreach a,$2,$(call $1,$a))
double = $1$1
compose = $(call $1,$(call $2,$3))
$(info $(strip $(call reverse,a b c d)) $(call map,double,1 2 3) $(call compose,double,double,x))
fact = $(if $(filter 0,$(words $1)),1,$(call fact,$(wordlist 2,99,$1))$(words $1))
$(info $(call fact,a b c d e))
loop = a $(loop)
$(info $(E))
all:;@:
