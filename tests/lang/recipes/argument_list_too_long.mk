# What the system would not start a program with is an error too where the program is not needed.
# SH: (printf 'X := '; head -c 131072 /dev/zero | tr '\0' x; echo) > long.mk
# ARGS: -k --no-print-directory
# STATUS: 2
include long.mk
all: $(addprefix script,1 2 3) function variable submake submakes both
S1 := $(X:xxx%=%)
S2 := $(X:xx%=%)
S3 := $(X:x%=%)
script%: ; @: $(S$*)
function: ; @echo $(shell : $X; echo x)
variable: export X := $X
variable: ; @echo one; echo two
submake: ; @$(MAKE) -f /dev/null --eval 'all:;@echo made $(words $X)'
submakes: ; @for i in 1 2; do $(MAKE) -f /dev/null --eval 'all:;@echo made $(words $X)'; done
both: ; @: $(foreach n,1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17,x$X); echo $@
