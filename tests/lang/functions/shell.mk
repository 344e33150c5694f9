# shell: newlines, status, what it leaves alone.
# COVERS: function/shell
$(info [$(shell echo a; echo b; echo; echo)] [$(shell printf ' a \n')] [$(shell printf '\n\na')] [$(shell printf 'a\r\nb\r\n')] [$(shell printf 'a\0b\n')])
$(info [$(.SHELLSTATUS)] [$(shell exit 3)] [$(.SHELLSTATUS)] [$(shell true)] [$(.SHELLSTATUS)] [$(origin .SHELLSTATUS) $(flavor .SHELLSTATUS)])
$(info [$(shell kill -9 $$$$)] [$(.SHELLSTATUS)] [$(shell exit 5)$(shell )$(shell   )] [$(.SHELLSTATUS)])
$(info 1)$(shell echo 2 >&2)$(info 3)$(warning 4)
x != echo a b; echo c; echo; exit 2
$(info [$(x)] [$(.SHELLSTATUS)])
y = $(shell exit 4)
z := $(y)$(.SHELLSTATUS)
$(info $(z) [$(shell echo 'a  b'	c)] [$(shell echo '$$HOME' "#" \#)] [$(shell cat </dev/null)] [$(shell false || echo no)])
all:;@echo $(shell echo '$$' $@; exit 7) $(.SHELLSTATUS)
