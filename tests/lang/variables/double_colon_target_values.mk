# A variable of a target with several `::` rules is expanded once, and all of its rules have it.
# RUN:
# STATUS: 0
n = 1
a:: ; @echo 1 $(X) $(Y) $(Z) $(W)
a:: ; @echo 2 $(X) $(Y) $(Z) $(W)
a:: X := $(info expanded with $(n))$(n)
n = 2
a:: Y = $(n)
a:: X += $(info added)more
a:: override Z := $(info over)z
a:: W ?= w
Z = global
a:: ; @echo 3 $(X) $(Y) $(Z) $(W)
