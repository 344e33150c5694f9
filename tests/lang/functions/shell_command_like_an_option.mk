# A command that begins like an option is one to the shell, as where `$(CC)` is empty; a line of a recipe has lost its `-` before.
# RUN:
$(info 1 $(shell $(NONE) -print-file-name=include | cat) $(.SHELLSTATUS))
$(info 2 $(shell $(NONE) -print-file-name=include) $(.SHELLSTATUS))
$(info 3 $(shell -e) $(.SHELLSTATUS))
$(info 4 $(shell +e foo; echo hi) $(.SHELLSTATUS))
$(info 5 $(shell -- echo hi | cat) $(.SHELLSTATUS))
$(info 6 $(shell - echo hi | cat) $(.SHELLSTATUS))
$(info 7 $(shell -x 2>/dev/null || echo -n) $(.SHELLSTATUS))
x != $(NONE) --version | cat
$(info 8 $(x) $(.SHELLSTATUS))
all: ; $(NONE) -x; echo hi
	$(NONE) +x; echo hi
