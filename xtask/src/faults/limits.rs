//! Too few descriptors, too little memory.

use super::{Fault, How};

pub(super) const FAULTS: &[Fault] = &[
    Fault { name: "100 descriptors", short: false, root: false, how: How::Script(DESCRIPTORS) },
    Fault { name: "1 GB of address space", short: false, root: false, how: How::Script(ADDRESS_SPACE) },
];

/// 200 directories, 32 at a time, then resumed without a limit.
const DESCRIPTORS: &str = r#"
for i in $(seq 200); do mkdir d$i; echo data > d$i/in; echo 'X = included' > d$i/dep.mk
cat > d$i/Makefile <<'M'
-include dep.mk
R := $(shell echo shelled)
all: a b out
a: in ; @/bin/cat in > $@; echo made $@
b: in ; @sort in > $@; true
out: ; @echo "X=$(X) R=$(R)" > $@.tmp && mv $@.tmp $@
M
done
printf 'D := $(wildcard d*)\nall: $(D)\n$(D):\n\t@$(MAKE) --no-print-directory -C $@\n.PHONY: all $(D)\n' > Makefile
(ulimit -n 100; $MAKE -k -j32 > ../log 2>&1); echo "limited: rc=$?"
$MAKE -j2 > ../log2 2>&1; echo "resumed: rc=$? empty files: $(find . -name '[ab]' -size 0 | wc -l)"; cat d*/out | sort | uniq -c
"#;

/// 20 directories, 8 at a time.
const ADDRESS_SPACE: &str = r"
for i in $(seq 20); do mkdir d$i; printf 'all: ; @sleep .1; echo %s\n' $i > d$i/Makefile; done
printf 'D := $(wildcard d*)\nall: $(D)\n$(D):\n\t@$(MAKE) --no-print-directory -C $@\n.PHONY: all $(D)\n' > Makefile
(ulimit -v 1000000; $MAKE -j8 2>&1) > ../log; echo rc=$?; sort ../log
";
