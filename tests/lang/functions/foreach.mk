# foreach: names, lists, spaces, the variable's scope.
# COVERS: function/foreach
x = outer
$(info [$(foreach x ,a  b c, <$x> )] [$(foreach x y,a  b c,<$x>)] [$(foreach x,,y)] [$(foreach x,a b,)] [$x])
$(info [$(foreach x,1 2,$(eval x=set)$x)] [$x] [$(foreach ,1 2,$x)])
$(info [$(foreach x,1 2,$(origin x)$(flavor x))] $(origin x)$(flavor x))
$(info [$(foreach x,a b,$(foreach x,c d,$x)$x)] [$(foreach a,1 2,$(foreach b,3 4,$a$b))] [$(foreach x,a b c,$(filter b,$x))])
n := a
$(info [$(foreach $(n)b,1 2,$(ab))] [$(foreach x,$$(n) $$,$x)] [$(call foreach,x,a b c,$$(x)-)])
all:;@echo $(foreach x,1 2,$x$@)
