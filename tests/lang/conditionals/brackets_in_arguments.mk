# Brackets in the arguments of ifeq: pairs hide commas, one that closes nothing is text.
# COVERS: message/invalid-conditional
A = a
ifeq ($A),a))
$(info 1 yes)
endif
ifneq ($X),)
$(info 2 yes)
endif
ifeq ((a),(a))
$(info 3 yes)
endif
ifeq ((a,b),c)
$(info 4 yes)
endif
ifeq (a)(,a)()
$(info 5 yes)
endif
ifeq ($(A)),a)
$(info 6 yes)
endif
ifeq ({a),{a)
$(info 7 yes)
endif
ifeq (a,(b))
$(info 8 yes)
endif
all:;@:
ifeq (a)((,a)
endif
