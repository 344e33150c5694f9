# try-run as kbuild defines it: a compiler probe in a directory of its own, with $$ in its name.
TMPOUT = .tmp_$$$$
try-run = $(shell set -e; TMP=$(TMPOUT)/tmp; trap "rm -rf $(TMPOUT)" EXIT; mkdir -p $(TMPOUT); \
	 if ($(1)) >/dev/null 2>&1; then echo "$(2)"; else echo "$(3)"; fi)
yes := $(call try-run,echo x > "$$TMP" && test -f "$$TMP",-fyes,-fno)
no := $(call try-run,false,-fyes,-fno)
$(info $(yes) $(no) [$(wildcard .tmp_*)])
all:;
