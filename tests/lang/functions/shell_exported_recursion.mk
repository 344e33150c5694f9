# A variable whose $(shell) needs an environment that holds the variable itself: the command sees the outer value.
# ENV: HI=outer TWO=outer2
HI = $(shell echo hi)
export bad = $(HI)
export TWO = $(shell echo $$TWO)
v := $(HI) $(TWO)
all:
	: $(HI) $(TWO) $(v)
	@echo $$HI $$bad $$TWO
