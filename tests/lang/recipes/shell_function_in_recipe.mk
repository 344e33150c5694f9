# $(shell) in recipes sees exported variables, runs once per expansion, and .SHELLSTATUS follows.
export V = exported
all:
	@echo '$(shell echo $$V; exit 3)' $(.SHELLSTATUS)
	@echo '$(shell printf "a\nb\n\n")'
