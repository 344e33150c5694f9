//! What commands that run in this process must not do, or not do to others.

use super::{Fault, How};

/// A script that is part of `cargo xtask test`.
const fn script(name: &'static str, script: &'static str) -> Fault {
    Fault { name, short: true, root: false, how: How::Script(script) }
}

pub(super) const FAULTS: &[Fault] = &[
    script("a file is linked to itself", LINKED_TO_ITSELF),
    script("a link is moved onto its file", MOVED_ONTO_ITS_FILE),
    script("a link is removed with a slash", REMOVED_WITH_A_SLASH),
    script("a pattern with a caret", CARET),
    script("a program of another machine", OTHER_MACHINE),
    script("names that mean the command's streams", OWN_STREAMS),
    script("a command writes more than it may", FILE_SIZE),
    script("a rule out of a variable", RULE_FROM_VARIABLE),
];

/// `ln -sf X X` is refused; the file keeps its contents.
const LINKED_TO_ITSELF: &str = r"
cat > Makefile <<'M'
all: ; @mkdir -p out; ln -sf $(CURDIR)/board.cfg board.cfg 2>/dev/null; echo rc=$$?; cat board.cfg
sub: ; @cd conf && ln -sf ../conf/x x 2>/dev/null; echo rc=$$?; cat x
hard: ; @ln -f board.cfg same 2>/dev/null; ln -f same board.cfg; echo rc=$$?; cat board.cfg same
M
mkdir conf; echo x > conf/x; echo data > board.cfg
$MAKE all; $MAKE sub; $MAKE hard 2>&1; ls -l conf | grep -c '^l'
";

/// `mv LINK FILE`, where LINK leads to FILE, is refused.
const MOVED_ONTO_ITS_FILE: &str = r"
echo 'all: ; @echo gen; mv -f image.tmp image 2>/dev/null; echo rc=$$?; cat image' > Makefile
echo data > image; ln -s image image.tmp; $MAKE; test -h image && echo a link
";

/// `rm -rf LINK/` empties the directory, `rm -f LINK/` fails.
const REMOVED_WITH_A_SLASH: &str = r"
cat > Makefile <<'M'
f: ; @rm -f build/; echo rc=$$?
clean: ; @rm -rf build/ && echo cleaned; ls real
old := $(shell rm -f build/ 2>&1; echo $$?)
s: ; @echo '$(old)'
M
mkdir real; ln -s real build; echo > real/stale.o
$MAKE f 2>&1; $MAKE clean 2>&1; $MAKE s 2>&1; ls -F
";

/// In dash's patterns only `!` negates.
const CARET: &str = r"
touch data.c drv.c keep.c ^up
cat > Makefile <<'M'
V := $(shell echo [^d]*)
all: ; @echo [^d]*; echo [!d]*; for f in [^k]*.c; do echo $$f; done; x='[^d]*'; echo $$x; echo '$(V)'
clean: ; @rm -f [^d]*.c; ls
M
$MAKE all; $MAKE clean
";

/// A program the system can't run is not taken for a script, unless it looks like one.
const OTHER_MACHINE: &str = r"
printf '\177ELF\002\001\001\0\0\0\0\0\0\0\0\0\002\0\363\0\001\0\0\0%0200d' 0 > fixdep; chmod +x fixdep
cat > Makefile <<'M'
all: ; set -e; ./fixdep a.d a.o > a.cmd; rm -f a.d
or: ; @./fixdep || echo rc=$$?
ex: ; @exec ./fixdep; :
sub: ; @x=`./fixdep 2>&1`; echo $$x
M
for g in all or ex sub; do $MAKE $g 2>&1 | cat -v; done
";

/// /dev/stdout and its like are the recipe's own descriptors.
const OWN_STREAMS: &str = r#"
cat > Makefile <<'M'
V := $(shell echo v > /dev/stdout)
all:
	@X=`echo cap >/dev/stdout`; echo "V=$(V) X=$$X"
	@(echo p > /dev/stdout) | sed s/p/piped/
	@{ echo e > /dev/stderr; } 2>&1 | sed s/e/piped-error/
	@echo wanted > f; cat /dev/stdin < f
	@cat < /proc/self/comm
	@o=out; echo expanded > /dev/std$$o
	@echo x > /dev/fd/66; echo rc $$?
	@[ -e /dev/fd/64 ] && echo open || echo no 64
M
echo WRONG > stdin; $MAKE < stdin 2>&1 | cat
"#;

/// SIGXFSZ ends the one command that was to write too much.
const FILE_SIZE: &str = r"
head -c 100000 /dev/zero > big
printf 'all: a b c\na: ; @cat big > $@\nb: ; @sleep .3; echo b > $@; sleep .3\nc: b ; @echo c > $@\n' > Makefile
(ulimit -f 20; $MAKE -k -j3 > log 2>&1); echo rc=$?; ls; sort log
";

/// The colon, the `;` or the `=` of a rule comes out of a variable.
const RULE_FROM_VARIABLE: &str = r#"
cat > Makefile <<'M'
A := a: ;echo PASS
all: a b
$(A)
B := b: x = 1
$(B)2
b: ; @echo "[$(x)]"
M
$MAKE
"#;
