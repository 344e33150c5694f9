# What $(eval), $(origin) and $(value) see of a call's arguments.
f = $(origin 1)$(origin 0)$(origin 2)$(flavor 1)$(value 1)
$(info $(call f,$$a) $(origin 1))
e = $(eval 1:=new)$1
$(info [$(call e,a)] [$1])
in = <$1-$(2)>
out = $(eval y:=$$(call in,Q))$(y)
$(info [$(call out,1,2)])
deferred = $(call in,$1)
$(info [$(call deferred,1,2)])
all: y = $(call in,T)
all:;@echo '$(call call,y,1,2)'
