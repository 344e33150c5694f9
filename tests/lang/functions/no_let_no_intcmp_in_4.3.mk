# COMPAT: 4.3
# let and intcmp are variables' names in 4.3.
$(info [$(let a,1,$a)] [$(intcmp 1,1)] [$(call let,a,1,x)])
all:;@:
