# A recipe that is one script by its path: one of builtins and small tools says, does and leaves what it would as a program.
V := value
export V
all: made refused failed complained given flags last
made: plain.sh errexit.sh wrong.sh not-executable.sh other.sh exits.sh carriage.sh
	./plain.sh
	@ls -A dir; cat dir/written
refused: made
	-./not-executable.sh
failed: made
	-./errexit.sh
	-./exits.sh
complained: made
	-./wrong.sh 2>&1
	-./wrong.sh
given: made
	./plain.sh one two
	V=other ./plain.sh
flags: made
	-./other.sh
	-./carriage.sh
last: made
	rm -f *.sh dir/written; rmdir dir
plain.sh:
	@printf '%s\n' '#!/bin/sh' '# a comment' '' 'mkdir -p dir' 'if [ -n "$${V}" ]; then' '  for f in a b; do' '    echo "$$f $$0 $$# $$1"' '  done' 'fi' 'rm -f dir/none' 'echo "$$V" > dir/written' > $@; chmod +x $@
errexit.sh:
	@printf '%s\n' '#!/bin/sh -e' 'echo before' 'false' 'echo not reached' > $@; chmod +x $@
exits.sh:
	@printf '%s\n' '#!/bin/sh' 'set -e' 'trap "echo trapped" EXIT' 'exit 3' > $@; chmod +x $@
wrong.sh:
	@printf '%s\n' '#! /bin/sh' '' 'cd ./nowhere || echo "no such"' 'echo x > no/such/file' '. ./missing' 'echo not reached' > $@; chmod +x $@
not-executable.sh:
	@printf '%s\n' '#!/bin/sh' 'echo run' > $@
other.sh:
	@printf '%s\n' '#!/bin/sh -u' 'echo "$${unset-}"' 'echo "$$unset"' > $@; chmod +x $@
carriage.sh:
	@printf '#!/bin/sh\015\necho run\n' > $@; chmod +x $@
.PHONY: all made refused failed complained given flags last
