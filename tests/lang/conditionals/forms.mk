# ifeq with each kind of quotes, ifneq, ifdef, ifndef, else if chains, nesting, white space.
# COVERS: directive/ifdef directive/ifndef directive/ifeq directive/ifneq directive/else directive/endif
a = x
empty =
blank = $(empty) $(empty)
ifeq ($(a),x)
$(info 1)
endif
ifeq "$(a)" 'x'
$(info 2)
endif
ifneq '$(a)' "y"
$(info 3)
else
$(info no)
endif
ifdef empty
$(info no)
else ifdef blank
$(info 4)
else
$(info no)
endif
ifndef nosuch
  ifeq (,$(empty))
    $(info 5)
  else
    ifeq (broken
    endif
  endif
endif
ifeq ( x , x )
$(info 6)
else ifneq (x,x)
$(info no)
else ifeq (a,a)
$(info 7)
endif
ifeq ($(words (a,b) c),2)
$(info 8)
endif
all:
ifeq (a,a)
	@echo recipe
else
	@echo no
endif
	@echo more
