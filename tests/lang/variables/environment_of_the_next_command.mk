# Most commands get the environment of the one before; whatever makes it another one is seen by the next.
# ENV: 'GIVEN=from outside' 'AA=given too'
.RECIPEPREFIX = >
show = printf '%s\n' "$@: A=$$A AA=$$AA R=$$R T=$$T GIVEN=$$GIVEN M=$$M OWN=$$OWN"
export A := one
export R = [$(inner)]
inner = i
unexport M
M = never
kinds := plain twice assigned made-of appended again undefined defined exported set unexported \
    unexported-given exported-given own after-own patterned.x private after-private in-a-loop simple quoted \
    recursive overriding dotted numbered called everything target-in-it target-gone privately publicly
again := $(kinds:=.again)
.PHONY: all $(kinds) $(again)
all: $(foreach kind,$(kinds),$(kind) $(kind).again)
$(again):
>@$(show)
plain twice:
>@$(show)
assigned:
>@$(eval A := two)$(show)
made-of:
>@$(eval inner = j)$(show)
# The text may grow where it is.
appended:
>@$(eval A += more)$(show)
again:
>@$(eval A += and more)$(show)
undefined:
>@$(eval undefine AA)$(show)
defined:
>@$(eval export AA := a)$(show)
exported:
>@$(eval export M)$(show)
set:
>@$(eval M := seen)$(show)
unexported:
>@$(eval unexport M)$(show)
unexported-given:
>@$(eval unexport GIVEN)$(show)
exported-given:
>@$(eval export GIVEN)$(show)
own: A := of own
own: export OWN := o
own after-own:
>@$(show)
%.x: AA := of the pattern
patterned.x:
>@$(show)
private: private A := of private
private after-private:
>@$(show)
# What is in front of the global one, without any command that makes the environment.
in-a-loop:
>@$(foreach A,x y,$(info $(shell echo "in a loop: $$A")))$(show)
# The same text, expanded or not.
simple:
>@$(eval D := $$$$(inner))$(eval A := $$(value D))$(show)
quoted:
>@$(eval A = $$(value D))$(show)
recursive:
>@$(eval A = $$(inner))$(show)
overriding:
>@$(eval override A = $$(inner) of it)$(show)
# A target's own that is no name for a shell, and names that automatic variables have.
dotted: export .own := seen
dotted:
>@printenv .own
say = $(info [$(shell printenv 1)])
numbered:
>@$(eval export 1 := one)$(show)
called:
>@$(call say,two)$(show)
everything:
>@$(eval export)$(eval lately := this)$(show) "$$lately"
target-in-it:
>@$(eval export T = {$$@})$(show)
target-gone:
>@$(show)
privately:
>@$(eval private A := for nobody)$(show)
publicly:
>@$(eval A := for all)$(show)
