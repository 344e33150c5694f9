# A `$` that is left in the value of .SHELLFLAGS: GNU make has a shell read it.
# DIFFERS: Illegal option
.SHELLFLAGS = -c$$x
export x = u
all: ; @echo $$nothing
