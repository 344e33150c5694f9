# A # inside a reference begins no comment.
x = $(shell echo '#')
$(info $(x) [$(subst #,x,a#b)]) # comment
y = a$(f #)b ${g #} # c
$(info [$(value y)])
ifeq ($(subst #,x,#),x)
$(info equal)
endif
all:;@:
