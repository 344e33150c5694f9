# Clients of the jobserver that are no makes: the kernel's scripts/jobserver-exec, which takes all tokens there are, and gcc's
# link-time optimiser, which starts $(MAKE) itself. `lto1`, found through -B, logs when it begins and ends.
numbers := 1 2 3 4 5 6 7 8
export LOG := $(CURDIR)/log
exec = +@python3 $(SRC)/scripts/jobserver-exec sh -c 'echo "parallelism $$PARALLELISM"; $1'
all: count
first: ; $(call exec,true)
fails: first ; -$(call exec,exit 3)
killed: fails ; -$(call exec,kill -9 $$$$)
prog: killed $(numbers:%=f%.o)
	+@gcc -O1 -flto=jobserver -flto-partition=1to1 -B$(CURDIR)/bin/ -o $@ $(filter %.o,$^) && rm $(filter %.o,$^)
last: prog ; $(call exec,true)
count: last
	@echo "at most $$(awk '/begin/ && ++n > m { m = n } /end/ { n-- } END { print m }' log) at once"; rm log prog
	+@bash $(COUNT)
f%.o: f%.c | killed ; @gcc -O1 -flto -c -o $@ $<
f%.c: | killed ; @echo '__attribute__((used)) int f$*(int x) { volatile int s = x; while (s % 7) s++; return s; } $(if $(filter 1,$*),int main(void) { return 0; })' >$@
.SECONDARY:
