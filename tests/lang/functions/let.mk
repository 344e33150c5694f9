# let: words to names, the rest to the last; scope.
# COVERS: function/let
$(info [$(let a b,1 2 3 4,<$a|$b>)] [$(let a b c,1,<$a|$b|$c>)] [$(let ,1 2,x)] [$(let a,  1  2  ,<$a>)])
$(info [$(let a b, 1   2  3 ,<$a|$b>)] [$(let a b, 1 ,<$a|$b>)] [$(let a,1,$(origin a)$(flavor a))] [$(origin a)])
b = B
$(info [$(let a b,$b 2 3,$(a)$(eval b=q)$b)] [$b] [$(let a b,1 2 3,$(a)$(let b,z,$a$b)$b)])
x = $(info $(2)$(3))$(let 2 3,p q,$(info $(2)$(3))$(call y,m))
y = $(info $1-$2-$3)
$(call x,1,B,C)
$(info $(call let,a b,1 2,$$b$$a) $(let a a,1 2,$a))
all:;@echo $(let x y,$@ $(MAKE),$x)
