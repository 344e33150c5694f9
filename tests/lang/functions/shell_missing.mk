# Commands that can't be run.
# SH: touch notexec
$(info [$(shell no-such-command)] [$(.SHELLSTATUS)] [$(shell ./notexec)] [$(.SHELLSTATUS)])
$(info [$(shell no-such-command x 2>/dev/null | cat)] [$(.SHELLSTATUS)] [$(shell no-such-command 2>/dev/null)] [$(.SHELLSTATUS)])
SHELL = /no/such/shell
$(info [$(shell echo a)] [$(.SHELLSTATUS)] [$(shell echo a | cat)] [$(.SHELLSTATUS)])
all:
