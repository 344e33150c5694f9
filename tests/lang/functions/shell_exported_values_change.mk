# Exported variables whose values run commands: each command sees them as they are then.
# FILE: f
# one
# END
# FILE: g
# gee
# END
export A = $(shell cat f)
export B = $(A)-$(C)
C = c1
export D := simple
export F = $(wildcard h*)
export G = $(patsubst %,<%>,$(D) $(origin C) $(flavor C) $(value C))
export H = $(shell cat g; false)
SEEN = $(shell echo "$$A|$$B|$$D|$$F|$$G|$$H")
show = $(info $1: $(SEEN) status $(.SHELLSTATUS))

$(call show,at first)
$(call show,again)
C = c2
$(call show,C changed)
C := c3
$(call show,simple)
override C = c4
$(call show,override)
undefine C
$(call show,not undefined)
override undefine C
$(call show,undefined)
D += more
$(call show,appended)
$(file >f,two)
$(call show,written)
X := $(shell echo three > f)
$(call show,by a command)
$(file >h1,)
$(call show,h1)
Y := $(shell rm h1; touch h2)
$(call show,h2)
unexport A
$(call show,not exported)
export A
$(call show,exported)
N = C
C = named
G = $($(N)) $(origin $(M)) $(LATER)
$(call show,computed)
M = A
LATER = later
$(call show,later)
PATH := /nowhere:$(PATH)
$(call show,path)

# What a value does is done each time, in the other's environment too.
export E = $(info E is expanded)$(eval COUNT += x)e
$(call show,with an effect)
$(call show,and again)
$(info $(words $(COUNT)))
E = quiet
$(call show,without)
A = $(shell cat missing f; echo '$(D)')
$(call show,complains)
$(call show,and complains)

all: target other third
target other: Z = $@
target: C = own
export Z
export K = $(C) $@ $(Z)
target other third: ; @echo "$$A|$$B|$$G|$$H|$$K|$(.SHELLSTATUS)"
third: private C = private
