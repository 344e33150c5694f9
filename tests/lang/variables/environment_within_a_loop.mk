# A variable of `foreach`, of `let` or of a call is passed on to `$(shell)` where one of that name is exported, and hides one that
# is only given.
# ENV: 'GIVEN=from outside' 'AA=given too'
export A := one
export S = $(shell echo "s $$A")
export R = [$(inner)]
export AA
inner = i
say = $(info $(shell echo "$1: A=$$A AA=$$AA S=$$S R=$$R GIVEN=$$GIVEN") 1=$(shell printenv 1))
$(call say,before)
$(foreach A,x y,$(call say,$A))
$(foreach AA,x y,$(call say,AA))
$(foreach GIVEN,x y,$(call say,GIVEN))
$(foreach n,x y,$(call say,$n))
$(let AA inner,v w,$(call say,let))
$(let n,v,$(call say,of another))
export 1 := exported
$(call say,called)
.PHONY: all private
all: A := of a target
all: private R := own
all: private
	@: $(call say,$@)$(foreach A,x y,$(call say,$A))
private: private A := of private
private:
	@: $(call say,$@)$(foreach A,x y,$(call say,$A))$(foreach R,x y,$(call say,$R))
private AA := seen from the text alone
$(info $(shell echo "private: $$AA"))
$(call say,private)
