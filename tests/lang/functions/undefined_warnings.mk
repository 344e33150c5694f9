# --warn-undefined-variables in functions.
# ARGS: --warn-undefined-variables
f = $1$2
$(info [$(call undefd,1)] [$(nope)] [$(call subst,a,b,c)] [$(call $(nope))] [$(flavor zz)] [$(value zz)] [$(origin zz)] [$(zz:a=b)] [$(call f,1)])
all:;@:
