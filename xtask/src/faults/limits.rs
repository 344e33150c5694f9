//! Too few descriptors, too little memory, too few processes.

use super::{Fault, How};

pub(super) const FAULTS: &[Fault] = &[
    Fault { name: "100 descriptors", short: true, root: false, how: How::Script(DESCRIPTORS_100) },
    Fault { name: "every number of descriptors", short: false, root: false, how: How::Script(DESCRIPTORS) },
    Fault {
        name: "descriptors and makes below each other",
        short: true,
        root: false,
        how: How::Script(NESTED),
    },
    Fault { name: "the limits that programs see", short: true, root: false, how: How::Script(SEEN) },
    Fault { name: "address space", short: true, root: false, how: How::Script(ADDRESS_SPACE) },
    Fault { name: "CPU time", short: false, root: false, how: How::Script(CPU_TIME) },
    Fault { name: "few processes", short: false, root: true, how: How::Script(PROCESSES) },
    Fault { name: "5000 directories", short: false, root: false, how: How::Script(LARGE_TREE) },
];

/// Makes 200 directories; `limited N` builds them, 32 at a time, with at most N descriptors, and then without the limit. An
/// optional makefile, a wildcard, `$(shell)`, a script, a program and a pipe all take descriptors. The limited build must end
/// well; what the resumed one makes of it counts in any case.
macro_rules! directories {
    ($rest:literal) => {
        concat!(
            r#"
# What is open beside the standard streams would count.
for fd in /proc/self/fd/*; do fd=${fd##*/}; test $fd -le 2 || eval "exec $fd>&-"; done
for i in $(seq 200); do mkdir d$i; echo data > d$i/in; echo 'X = included' > d$i/dep.mk
cat > d$i/Makefile <<'M'
-include dep.mk
R := $(shell echo shelled) $(shell /bin/echo started) $(wildcard i*)
all: a b c out
a: in ; @/bin/cat in > $@; echo made $@
b: in ; @sort in > $@; true
c: in ; @cat in | /bin/cat | sort > $@
out: ; @echo "X=$(X) R=$(R)" > $@.tmp && mv $@.tmp $@
M
done
printf 'D := $(wildcard d*)\nall: $(D)\n$(D):\n\t@$(MAKE) --no-print-directory -C $@\n.PHONY: all $(D)\n' > Makefile
limited() {
    rm -f d*/a d*/b d*/c d*/out
    (ulimit -n $1; $MAKE -k -j32 > ../log 2>&1); echo "$1: rc=$?"
    $MAKE -j2 > ../log2 2>&1; echo "resumed: rc=$? empty files: $(find . -name '[abc]' -size 0 | wc -l)"
    cat d*/out | sort | uniq -c
}
"#,
            $rest
        )
    };
}

const DESCRIPTORS_100: &str = directories!("limited 100");
const DESCRIPTORS: &str = directories!("for n in 13 14 15 16 24 32 48 64 128 256 1024; do limited $n; done");

/// A chain of makes, each with two jobs beside the next make.
const NESTED: &str = r#"
cat > Makefile <<'M'
N ?= 12
S := $(shell echo $(N))
all: next left right
left right: ; @echo $@ $(S) > $@.$(N)
next: ; @test $(N) = 0 || $(MAKE) --no-print-directory -s N=`expr $(N) - 1`
.PHONY: all next
M
for n in 20 32 64; do for j in 1 8; do
    rm -f left.* right.*
    (ulimit -n $n; $MAKE -s -j$j 2>&1); echo "$n -j$j: rc=$?"; cat left.* right.* | sort
done; done
"#;

/// A program has the limits make was given, whatever make needs for itself.
const SEEN: &str = r#"
cat > Makefile <<'M'
$(info $(shell ulimit -n; ulimit -Hn))
all: ; @ulimit -n; sh -c 'ulimit -n; ulimit -Hn'; x=`ulimit -n`; echo $$x
	+@$(MAKE) --no-print-directory -f below
M
printf 'all: ; @bash -c "ulimit -n"\n' > below
for n in 32 64 200 1000; do for j in 1 4; do (ulimit -Sn $n; $MAKE --no-print-directory -j$j); done; done
"#;

/// 60 directories, 8 and 40 at a time.
const ADDRESS_SPACE: &str = r#"
for i in $(seq 60); do mkdir d$i; printf 'all: ; @sleep .1; echo %s\n' $i > d$i/Makefile; done
printf 'D := $(wildcard d*)\nall: $(D)\n$(D):\n\t@$(MAKE) --no-print-directory -C $@\n.PHONY: all $(D)\n' > Makefile
for v in 200000 500000 1000000 4000000; do for j in 8 40; do
    (ulimit -v $v; $MAKE -j$j > ../log 2>&1); echo "$v -j$j: rc=$?"; sort -n ../log | tail -3; sort ../log | wc -l
done; done
"#;

/// What a build can't start it may fail for, but it must not leave wrong files: what a failed command left is deleted.
const PROCESSES: &str = r#"
chmod 777 .
cat > Makefile <<'M'
T := $(foreach n,1 2 3 4 5 6 7 8 9,a$n b$n)
all: $(T)
a%: ; @/bin/echo one > $@; /bin/echo two >> $@
b%: ; @sleep .1; echo $(shell /bin/echo three) > $@
.DELETE_ON_ERROR:
M
for u in 3 6 12 30; do
    rm -f a* b*
    setpriv --reuid 54321 --clear-groups bash -c "ulimit -u $u; $MAKE -k -j8" > ../log 2>&1
    setpriv --reuid 54321 --clear-groups $MAKE -j2 > ../log 2>&1; echo "resumed: rc=$?"; cat a* b* | sort | uniq -c
done
"#;

const LARGE_TREE: &str = r#"
for i in $(seq 5000); do mkdir d$i; printf 'all: ; @echo %s > out; true\n' $i > d$i/Makefile; done
printf 'D := $(wildcard d*)\nall: $(D)\n$(D):\n\t@$(MAKE) --no-print-directory -C $@\n.PHONY: all $(D)\n' > Makefile
(ulimit -n 1024; ulimit -v 1000000; $MAKE -j64 2>&1); echo rc=$?; cat d*/out | sort -n | md5sum
"#;

/// A limit of CPU time is a process's: a command that never ends has its own, and what many commands used together does not count.
const CPU_TIME: &str = r#"
cat > Makefile <<'M'
count = i=0; while [ $$i -lt $(1) ]; do i=$$((i+1)); done
loop: ; @echo half > $@; while :; do :; done
group: ; @{ echo half; while :; do :; done; } > $@
pipe: ; @{ echo half; while :; do :; done; } | cat > $@; echo rc=$$? >> $@
below: ; @$(MAKE) --no-print-directory -k loop pipe; echo rc=$$?
real: ; @sh -c 'ulimit -S -t; ulimit -H -t; while :; do :; done'
$(foreach n,1 2 3 4 5 6 7 8 9,$(eval many$n: ; @$(call count,40000); echo $$$$i > $$@))
many: $(foreach n,1 2 3 4 5 6 7 8 9,many$n)
M
ulimit -c 0
for goal in loop group pipe below real many; do
    (ulimit -S -t 1; $MAKE --no-print-directory $goal 2>&1); echo "$goal: rc=$?"; ls
done
cat pipe
"#;
