# Functions in functions, brackets and commas in arguments.
comma := ,
$(info $(subst $(comma),;,a,b) $(subst (,[,(x) $(subst a,(b,c),a)) ${subst a,(b,c} $(subst a,{b,c},a)})
$(info $(patsubst %,<%>,$(filter-out b,$(sort c b $(subst x,a,x)))) $(words $(foreach i,1 2,$(i) $(i))))
$(info $(firstword $(if $(filter a,a b),$(strip  yes  ),no)) ${info braces}$(info $(join $(addsuffix /,a b),c d)))
all:;@:
