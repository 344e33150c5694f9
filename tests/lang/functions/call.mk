# call: arguments, names, what an inner call sees of an outer one, built-in functions.
# COVERS: function/call
f = [$0|$1|$2|$3]
$(info $(call f,a,b)$(call f,a,b,c,d)$(call  f , a , b)$(call f)$(call f,)$(call f x,1)$(call $(E)f $(E),q))
many = [$(0)|$(1)|$(10)|$(12)]
$(info $(call many,1,2,3,4,5,6,7,8,9,X,11,12))
g = <$1,$2,$3>
h = [$(call g)|$(call g,q)|$1|$2|$3]
3 = outer
$(info $(call h,1,2,3)$(call h,1,2))
deep = $(call deeper)
deeper = <$1|$3>
top = $(call deep,q)
$(info $(call top,1,2,3,4))
$(info [$(call )] [$(call ,a,b)] [$(call undefined,a)] [$(call undefined)] [$(call $$x,a)])
$(info [$(call subst,a,b,aca,d,e)] [$(call info,x)] [$(call word,2,a b)] [$(call origin,CC)] [$(call or,,a,b)] [$(call and,q,a,b)] [$(call call,f,1)])
$(info [$(call if,x,$$(info hi)$$(E),z)] [$(call value,f)])
simple := $$(1)lit
$(info [$(call simple,a)])
define lines
L1 $1
L2 $(2)
endef
$(info $(call lines,a,b))
all:;@echo $(call f,$@)
