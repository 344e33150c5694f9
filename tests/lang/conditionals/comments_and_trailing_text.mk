# Text after else and endif, comments after conditionals.
# COVERS: message/extraneous-text
ifeq (a,b) # comment
else # comment
$(info else)
endif # comment
ifeq (a,a) extra
$(info a)
else extra
endif extra
all:;
