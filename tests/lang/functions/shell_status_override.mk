# .SHELLSTATUS is always set, whoever set it before.
override .SHELLSTATUS = foo
$(info [$(.SHELLSTATUS)$(shell false)$(.SHELLSTATUS)] $(flavor .SHELLSTATUS) $(origin .SHELLSTATUS))
all:;@:
