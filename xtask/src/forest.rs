//! Random trees of makefiles that call each other, for `cargo xtask fuzz-recall`: templates, and what is filled in.
//!
//! In a template `~d` stands for the makefile's directory, `~n` for a number that nothing else of it has, `~s`, `~2`, `~c` and `~t`
//! for the ways to `src`, `src2`, `cur` (a link to one of them) and `tools`, `~m` for the name of a source, `~q` for `@` or nothing.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use anyhow::{Context, Result};
use fastrand::Rng;
use filetime::{FileTime, set_file_mtime};

/// The directories that can have a makefile, each with the one whose makefile calls it.
pub const DIRS: [(&str, &str); 5] = [(".", ""), ("a", "."), ("b", "."), ("a/c", "a"), ("lib", ".")];
/// The names of sources, without `.in`.
const NAMES: [&str; 3] = ["one", "two", "three"];

/// Expressions that look at something; used in each of `USES`.
const VALUES: &[&str] = &[
    "$(shell cat ~s/~m.in)",
    "$(shell ls ~s 2>/dev/null)",
    "$(shell ls ~2/*.in 2>/dev/null)",
    "$(shell echo $$FOO $$BAR)",
    "$(shell test -f ~s/opt.in && echo y || echo n)",
    "$(shell test -x ~t/t.sh && echo y || echo n)",
    "$(shell gcc -E -P ~s/p.c -I~2 -I~s)",
    "$(shell ~t/t.sh ~m)",
    "$(shell tool 2>/dev/null)",
    "$(shell tool)",
    "$(shell command -v tool)",
    "$(shell [ ~s/one.in -nt ~2/one.in ] && echo nt || echo ot)",
    "$(shell cd ~s && echo *.in)",
    "$(shell readlink ~s/link.in; wc -c < ~s/~m.in; head -1 ~2/~m.in)",
    "$(shell find ~s -name \"t*\" | sort)",
    "$(shell cat ~s/~m.in > sh~n.out; echo written)",
    "$(shell $(MAKE) -s -f ~s/../sub.mk D=~s N=~m)",
    "$(shell cat ~s/*.in | sort | head -2 | tr a-z A-Z)",
    "$(shell ls ~2 2>/dev/null | wc -l | sed \"s/$$/ in ~d/\")",
    "$(shell grep -h one ~s/*.in ~2/*.in 2>/dev/null | cut -d\" \" -f1 | uniq -c)",
    "$(shell cat ~c/~m.in 2>/dev/null || echo none)",
    "$(shell ls ~c/ 2>/dev/null | tail -1)",
    "$(shell printf %s. ~s/*)",
    "$(shell ~t/py.sh ~s/~m.in)",
    "$(shell sh ~t/t.sh | cat)",
    "$(shell false)",
    "$(shell readlink -f ~c/one.in ~s/one.in)",
    "$(shell cd ~c 2>/dev/null && pwd -P)",
    "$(shell cd ~s && sh -c pwd | cat)",
    "$(shell find ~s/.. -maxdepth 1 -type l | sort)",
    "$(shell find ~s ~2 -name two.in -newer ~s/one.in | sort)",
    "$(shell find ~2 -path ~2/~m.in -newer ~s/two.in)",
    "$(shell find ~s -newer ~2/one.in -type f | sort)",
    "$(shell ls -1 ~c 2>/dev/null | tail -1; ls -1a ~s; ls -d ~2/*.in)",
    "$(shell /bin/pwd; date -u -d @86400 +%F)",
    "$(shell test -L ~s/two.in && echo link || echo no link)",
    "$(CURDIR) $(abspath ~s/../x)",
    "$(shell ls no-such-file 2>&1)",
    // Each one program, which a tool of rkbuild's stands in for.
    "$(shell cat ~s/~m.in)",
    "$(shell cat ~c/~m.in)",
    "$(shell mkdir -p md~n/e)$(wildcard md~n/*)",
    "$(shell mkdir ~c/e)",
    "$(shell rm -f ~c/gone~n)$(shell rm ~s/gone)",
    "$(shell basename ~s/~m.in .in) $(shell dirname ~2/~m.in)",
    "$(shell cp ~s/~m.in cp~n)$(shell cat cp~n)",
    "$(shell ln -sfn ../~s/~m.in ln~n)$(shell cat ln~n)",
    "$(shell cmp ~s/one.in ~2/one.in)",
    "$(file <~s/~m.in)",
    "$(file <~c/~m.in)",
    "$(wildcard ~c/*.in)",
    "$(realpath ~s/link.in ~c/one.in)",
    "$(wildcard ~s/opt* *.in)",
    "$(patsubst ~s/%,%,$(wildcard ~s/*))",
    "$(MAKEFILE_LIST) $(MAKEFLAGS) $(MAKELEVEL)",
    "$(origin FOO) $(FOO)",
    "$(file <~s/../conf/auto.conf)",
    "$(shell grep CONFIG_A ~s/../conf/auto.conf)",
];

/// How a value is used; `~v` is the expression.
const USES: &[Piece] = &[
    piece("$(info ~d ~n ~v)\n", "", ""),
    piece("V~n := ~v\n", "p~n:\n\t~qecho \"~d $(V~n)\"\n", "p~n"),
    piece("V~n = ~v\n", "o~n: ~s/~m.in\n\t~qecho \"$(V~n)\" > $@; cat $< >> $@\n", "o~n"),
    piece("V~n := ~v\nifneq ($(V~n),)\n$(info set ~n)\nendif\nexport V~n\n", "", ""),
    piece("export V~n = ~v\n", "p~n:\n\t~qecho \"$$V~n\"\n", "p~n"),
    piece("", "p~n:\n\t~qecho '~d ~v' | tr a-m A-M\n", "p~n"),
    piece("", "n~n:\n\t~qecho no file: '~v'\n", "n~n"),
];

/// A part of a makefile.
struct Piece {
    /// Before all rules.
    before: &'static str,
    rules: &'static str,
    /// What `all` depends on of it; phony when it begins with `p`.
    goal: &'static str,
}

const fn piece(before: &'static str, rules: &'static str, goal: &'static str) -> Piece {
    Piece { before, rules, goal }
}

/// Parts that change nothing once all is built.
const CALM: &[Piece] = &[
    piece("", "o~n: ~s/~m.in ~2/~m.in\n\t~qcat $^ > $@\n", "o~n"),
    piece("VPATH += ~s ~2\n", "~m.o~n: ~m.in\n\t~qcp $< $@\n", "~m.o~n"),
    piece("vpath %.in ~2:~s\n", "%.x~n: %.in\n\t~qcp $< $@\n", "~m.x~n"),
    piece("S~n := $(sort $(wildcard ~s/*.in ~2/t*.in))\n", "o~n: $(S~n)\n\t~qcat $^ > $@\n", "o~n"),
    piece(
        "include gen~n.mk\n",
        "gen~n.mk: ~s/~m.in\n\t~qsed \"s/.*/G~n += &/\" $< > $@\np~n:\n\t~qecho $(G~n)\n",
        "p~n",
    ),
    piece("-include ~s/opt.mk opt~n.mk\n", "p~n:\n\t~qecho opt=$(OPT)\n", "p~n"),
    piece("include $(sort $(wildcard ~s/*.mk))\n", "p~n:\n\t~qecho opt=$(OPT)\n", "p~n"),
    piece("export E~n = $(FOO)\n", "p~n:\n\t~qecho $$E~n\n", "p~n"),
    piece("", "h~n.h: ~s/~m.in\n\t~qcmp -s $< $@ || cp $< $@\no~n: h~n.h\n\t~qcat h~n.h > $@\n", "o~n"),
    piece("", "p~n:\n\t~q[ -f ~2/~m.in ] && echo have || echo lack\n", "p~n"),
    piece("", "p~n:\n\t@test ~s/one.in -nt ~2/one.in && echo nt || echo ot\n", "p~n"),
    piece("", "p~n:\n\t~qfor f in ~s/*.in; do echo $$f; done\n", "p~n"),
    piece("", "p~n: ~s/~m.in\n\t~qecho newer: $(notdir $?)\n\t@echo $(shell echo hi)\n", "p~n"),
    piece("", "p~n:\n\t@echo to-err >&2; echo out\n", "p~n"),
    piece("", "d~n:\n\tmkdir -p $@\nd~n/x: ~s/~m.in | d~n\n\t~qcp $< $@\n", "d~n/x"),
    // A record as kbuild writes them, which is read in the next run.
    piece(
        "",
        "-include .r~n.cmd\nr~n: ~s/one.in\n\t~qcat $< ~s/~m.in > $@\n\t@printf '%s\\n' 'cmd_$@ := cat $<' '' 'deps_$@ := \\' \
         '  ~s/~m.in \\' '    $$(wildcard ~s/opt.in) \\' '' '$@: $$(deps_$@)' '' '$$(deps_$@):' > .$@.cmd\n\
         p~n: r~n\n\t~qecho $(words $(deps_r~n)) $(notdir $(deps_r~n) $(lastword $(cmd_r~n)))\n",
        "p~n",
    ),
    piece("", "o~n: ~s/link.in\n\t~qcat $< > $@\n", "o~n"),
    piece("", "o~n: ~t/t.sh\n\t~q~t/t.sh $@ > $@\n", "o~n"),
    piece("", "%.i~n: ~s/%.in\n\tcp $< $@\n%.q~n: %.i~n\n\tcat $< > $@\n", "~m.q~n"),
    piece("", "o~n:: ~s/one.in\n\tcat $< > $@\no~n:: ~2/two.in\n\tcat $< >> $@\n", "o~n"),
    piece("", "o~n: ~s\n\tls $< > $@\n", "o~n"),
    piece("", "o~n: ~s/p.c\n\t~qgcc -E -P -MD -MF o~n.d $< -I~2 -I~s -o $@\n-include o~n.d\n", "o~n"),
    piece(
        "OLD~n := $(shell cat c~n 2>/dev/null)\nCMD~n = cat ~s/~m.in $(FOO)\n",
        ".PHONY: F~n\no~n: ~s/~m.in $(if $(filter-out $(OLD~n),$(CMD~n)),F~n)\n\t~qcat $< > $@\n\t@echo \"$(CMD~n)\" > c~n\n",
        "o~n",
    ),
    piece("", "p~n:\n\t~q$(MAKE) -f ~s/../sub.mk D=~s N=~m\n", "p~n"),
    piece("", "p~n:\n\t~qX=`$(MAKE) -s -f ~s/../sub.mk D=~s N=~m`; echo \"got $$X\"\n", "p~n"),
    piece(
        "",
        "p~n:\n\t@if $(MAKE) -q -f ~s/../sub.mk D=~s N=~m; then echo done; else echo left; fi\n",
        "p~n",
    ),
    piece(
        "",
        "p~n:\n\t~qmkdir -p d~n/e\n\t~qln -sfn ../~s/~m.in d~n/l\n\t@cat d~n/l 2>/dev/null || :\n",
        "p~n",
    ),
    piece("", "p~n:\n\t~qcp ~s/~m.in cp~n\n\t~qcat cp~n\n", "p~n"),
    piece("", "o~n: ~c/~m.in\n\t~qcat $< > $@\n", "o~n"),
    piece("vpath %.in ~c\n", "%.y~n: %.in\n\t~qcp $< $@\n", "~m.y~n"),
    piece("", "n~n: ~s/~m.in\n\t~qcat ~s/~m.in | sed 's/^/n /'\n", "n~n"),
    piece("", "p~n:\n\t~qsort ~s/*.in | uniq | head -3\n", "p~n"),
    piece("", "p~n:\n\t~qcat ~c/one.in; ls ~c/\n", "p~n"),
    piece("", "p~n:\n\t~q~t/py.sh ~s/~m.in\n", "p~n"),
    piece("", "p~n:\n\t~qcat ~s/~m.in > t~n; grep -c . t~n; rm t~n\n", "p~n"),
    piece(
        "",
        "h~n.h: ~s/~m.in\n\t~qsed 's/.*/#define G \"&\"/' $< > $@.new; cmp -s $@.new $@ || cp $@.new $@; rm $@.new\n\
         o~n: h~n.h ~s/p.c\n\t~qgcc -E -P -include h~n.h ~s/p.c -I~2 -I~s -o $@\n",
        "o~n",
    ),
    piece(
        "ifneq ($(MAKE_RESTARTS),1)\n-include in~n.mk\nendif\n",
        "in~n.mk: ~s/~m.in ~2/one.in\n\t~qecho \"IN~n = `cat $< | tr -d ' '`\" > $@\np~n:\n\t~qecho $(IN~n) $(MAKE_RESTARTS)\n",
        "p~n",
    ),
    piece(
        "include two~n.mk\n",
        "two~n.mk: one~n.tmp\n\t~qcp $< $@\none~n.tmp: ~s/~m.in\n\t~qsed 's/^/W~n := /' $< > $@\np~n:\n\t~qecho $(W~n)\n",
        "p~n",
    ),
    piece("", "a~n b~n &: ~s/~m.in\n\t~qcat $< > a~n; cat $< > b~n\np~n: a~n b~n\n\t~qcat a~n b~n\n", "p~n"),
    piece("", ".SECONDEXPANSION:\no~n: $$(wildcard ~s/t*.in)\n\t~qcat $^ > $@\n", "o~n"),
    piece("", "p~n: private X~n = $(FOO)\np~n: export Y~n = x$(BAR)\np~n:\n\t~qecho $(X~n) $$Y~n\n", "p~n"),
    piece("", "p~n:\n\t@$(MAKE) -s -k -f ~s/../sub.mk D=~c N=~m || echo failed\n", "p~n"),
];

/// Parts that read a list of options as Kconfig writes it, of which only those count that a makefile asks for.
const OPTIONS: &[Piece] = &[
    piece("include ~s/../conf/auto.conf\n", "p~n:\n\t~qecho $(CONFIG_A) $(origin CONFIG_D)\n", "p~n"),
    piece(
        "-include ~s/../conf/auto.conf\nobj~n-$(CONFIG_A) := ~s/one.in\nobj~n-$(CONFIG_D) += ~s/two.in\n",
        "o~n: $(obj~n-y) $(obj~n-m)\n\t~qcat $^ /dev/null > $@\n",
        "o~n",
    ),
    piece(
        "include ~s/../conf/auto.conf\nifdef CONFIG_C\nX~n := has C\nelse\nX~n := $(CONFIG_B)\nendif\n",
        "p~n:\n\t~qecho $(X~n)\n",
        "p~n",
    ),
    piece("include ~s/../conf/auto.conf\nexport CONFIG_B\n", "p~n:\n\t~qecho \"$$CONFIG_B\"\n", "p~n"),
    piece(
        "include ~s/../conf/auto.conf\n",
        "p~n:\n\t~qecho $(sort $(filter CONFIG_%,$(.VARIABLES)))\n",
        "p~n",
    ),
    piece("include ~s/../conf/auto.conf\n", "p~n:\n\t~qecho $(foreach o,A C D,$(CONFIG_$(o)))\n", "p~n"),
    piece("include ~s/../conf/auto.conf\n", "o~n: ~s/../conf/auto.conf\n\t~qcat $< > $@\n", "o~n"),
    piece(
        "CONFIG_D ?= early\ninclude ~s/../conf/auto.conf\nCONFIG_A += more\n",
        "p~n:\n\t~qecho $(CONFIG_A) $(CONFIG_D)\n",
        "p~n",
    ),
    piece(
        "include ~s/../conf/auto.conf\n",
        "%.z~n: ~s/%.in ~s/../conf/auto.conf\n\t~qcat $< > $@\n",
        "~m.z~n",
    ),
    piece(
        "include ~s/../conf/auto.conf\n",
        "p~n: CONFIG_A += t\np~n: export CONFIG_C\np~n:\n\t~qecho $(CONFIG_A) $$CONFIG_C\n",
        "p~n",
    ),
    piece(
        "include ~s/../conf/auto.conf\nundefine CONFIG_A\n",
        "p~n:\n\t~qecho [$(CONFIG_A)] $(flavor CONFIG_C)\n",
        "p~n",
    ),
    piece(
        "include auto~n.conf\n",
        "auto~n.conf: ~s/../conf/auto.conf\n\t~qgrep -v CONFIG_C= $< > $@ || :\np~n:\n\t~qecho $(CONFIG_A) $(CONFIG_C)\n",
        "p~n",
    ),
    piece("include ~s/../conf/auto.conf\nexport\n", "p~n:\n\t~qecho $$CONFIG_A $$CONFIG_D\n", "p~n"),
    piece(
        "include ~s/../conf/auto.conf\n",
        "p~n:\n\t~q$(MAKE) -s -f ~s/../sub.mk D=~s N=~m CONFIG_A=$(CONFIG_A)\n",
        "p~n",
    ),
];

/// Parts that do something each time, or can fail.
const WILD: &[Piece] = &[
    piece(
        "",
        "FORCE~n:\nh~n: FORCE~n\n\t~qecho \"$(FOO) `cat ~s/~m.in`\" > $@.tmp; cmp -s $@.tmp $@ && rm $@.tmp || mv $@.tmp $@\no~n: h~n\n\t~qcat h~n > $@\n",
        "o~n",
    ),
    // kbuild's filechk of what a program makes: it stays older than what it is made from.
    piece(
        "",
        "FORCE~n:\nh~n: ~s/~m.in FORCE~n\n\t~qmkdir -p ./; (if test -n \"$$FOO\"; then sed 's/[a-f]/x/g'; else echo x; fi) < $< > .$@.tmp; \\\n\t\
         if [ -r $@ ] && cmp -s $@ .$@.tmp; then rm -f .$@.tmp; else echo UPD $@; mv -f .$@.tmp $@; fi\no~n: h~n\n\t~qcat h~n > $@\n",
        "o~n",
    ),
    // A branch that make decides, with a make in it, and the directory it works in by its time.
    piece(
        "",
        "p~n:\n\t~qif test \"$(FOO)\" = \"$(BAR)\"; then $(MAKE) -s -f ~s/../sub.mk D=~s N=~m; else sort ~s/~m.in; fi; \\\n\t\
         if [ \"$(FOO)\" != \"\" ]; then mkdir -p k~n; echo 1 > k~n/t; rm k~n/t; fi\no~n: $(wildcard k~n) | p~n\n\t~qecho k > $@\n",
        "o~n",
    ),
    piece("", "p~n:\n\t~qtouch st~n\no~n: st~n | p~n\n\t~qecho built > $@\nst~n:\n\ttouch $@\n", "o~n"),
    piece("", "p~n:\n\ttest -f ~s/opt.in\n", "p~n"),
    piece("", "p~n:\n\t-test -f ~s/opt.in\n", "p~n"),
    piece("$(file >f~n,$(wildcard ~s/*.in))\n", "", ""),
    piece("$(file >>f~n,$(FOO))\n", "", ""),
    piece("", "p~n:\n\t~q~t/t.sh ~m\n", "p~n"),
    piece("", "p~n:\n\t~qtool || echo none\n", "p~n"),
    // What a script in an exported value looks at is set again.
    piece(
        "export SEEN = ~m\nexport X~n = $(shell ~t/seen.sh)\n$(info $(shell echo \"$$X~n\"))\nSEEN := ~n\n\
         $(info $(shell echo \"$$X~n\") $(shell echo \"$$X~n\"))\n",
        "p~n: SEEN = of $@\np~n:\n\t~qecho \"$$X~n\"\n",
        "p~n",
    ),
    piece("", "p~n:\n\t~qecho hi >> log~n\n", "p~n"),
    piece("", "p~n:\n\t~qecho \"$(FOO)\" > w~n\n\t@cat ~s/one.in > k~n 2>/dev/null || echo failed\n", "p~n"),
    piece("$(if $(wildcard ~s/opt.in),$(error opt is there))\n", "", ""),
    // The same make twice, on either side of what it reads being written within one tick of the clock.
    piece(
        "",
        "p~n:\n\t@echo aaaa > g~n; $(MAKE) -s -f ~s/../get.mk F=g~n; echo bbbb > g~n; $(MAKE) -s -f ~s/../get.mk F=g~n\n",
        "p~n",
    ),
    piece(
        "",
        "p~n:\n\t@echo aaaa > g~n\n\t@$(MAKE) -s -f ~s/../get.mk F=g~n\n\t@echo bbbb > g~n\n\t@$(MAKE) -s -f ~s/../get.mk F=g~n\n",
        "p~n",
    ),
    // What `meddle.sh` does is changed between runs: commands that change what others look at.
    piece("", "p~n:\n\t~q~t/meddle.sh\n", "p~n"),
    piece("X~n := $(shell ~t/meddle.sh)\n", "", ""),
    piece("", "p~n: ~s/one.in\n\t@cat ~s/two.in\n\t@~t/meddle.sh\n\t@cat ~s/two.in\n", "p~n"),
    piece("", "o~n: ~2/~m.in\n\t~qcat $< > $@; false\n", "o~n"),
    piece("", "p~n:\n\t~qcat ~s/opt.in | grep .\n", "p~n"),
    // A file that is read, compared and written each time.
    piece(
        "K~n = $(shell cat k~n 2>/dev/null)\n",
        "F~n:\nk~n: F~n ~s/~m.in\n\t@rm -f $@\n\t~qecho ~m ~v > $@\np~n: k~n ~s/one.in\n\t~qecho newer: $(notdir $?) $(K~n)\n",
        "p~n",
    ),
    piece(
        "",
        "F~n:\nk~n: F~n\n\t~qrm -f $@; echo k > $@\no~n: ~s/~m.in | k~n\n\t~qcat $< k~n > $@\np~n: o~n\n\t~qtest k~n -nt o~n && echo nt || echo ot\n",
        "p~n",
    ),
    // Directories that are listed while there are files in them that go again.
    piece("", "p~n:\n\t~q~s/../tools/l.sh ~m\n", "p~n"),
    piece("", "p~n:\n\t~qsh -c 'echo x > ~s/t~n.tmp; ls ~s; rm ~s/t~n.tmp'\n", "p~n"),
    piece("", "p~n:\n\t~qexit 3\np2~n: p~n\n\t@echo not reached\n", "p2~n"),
    piece("", "o~n: missing~n\n\t@echo no\n", "o~n"),
    piece("", "p~n:\n\t~qsleep 0.02; cp ~s/~m.in ~2/five.in; sleep 0.02\n", "p~n"),
    piece("", "p~n:\n\t@sleep 0.02; ln -sfn ~m.in ~s/link.in; sleep 0.02\n\t@cat ~s/link.in\n", "p~n"),
];

/// How makes below are called; `~b` are their directories, `~g` is a goal or a variable.
const CALLS: [&str; 5] = [
    "\t@for d in ~b; do $(MAKE) -C $$d ~g || exit 1; done\n",
    "\t@set -e; for d in ~b; do (cd $$d && $(MAKE) ~g); done\n",
    "\t$(MAKE) -C $(word 1,~b) ~g\n\t+$(MAKE) --no-print-directory -C $(lastword ~b) ~g\n",
    "\t@echo start; $(MAKE) -s -C $(word 1,~b) ~g; echo end $$?\n\t@$(MAKE) -C $(lastword ~b)\n",
    "\t@cd $(word 1,~b) && $(MAKE) ~g\n\t$(MAKE) -C $(lastword ~b)\n\t@echo all below done\n",
];

/// What a path of a tree is.
enum Node {
    File(String, u32),
    Link(&'static str),
}

/// A tree of makefiles and what they read.
pub struct Forest {
    nodes: Vec<(String, Node)>,
}

fn pick<'a, T>(random: &mut Rng, all: &'a [T]) -> Result<&'a T> {
    random.choice(all).context("nothing to pick from")
}

impl Forest {
    /// A random one.
    pub fn random(random: &mut Rng) -> Result<Forest> {
        let mut forest = Forest { nodes: Vec::new() };
        for dir in ["src", "src2"] {
            for name in NAMES {
                if dir == "src" || random.u8(..10) < 7 {
                    let text = format!("{dir} {name} {}\n", random.u8(..4));
                    forest.file(format!("{dir}/{name}.in"), text, 0o644);
                }
            }
        }
        forest.file("src/p.c", "#include \"p.h\"\nint v = P;\n", 0o644);
        forest.file("src/p.h", "#define P 1\n", 0o644);
        forest.file("tools/t.sh", "#!/bin/sh\necho t.sh \"$@\"\ncat \"${0%/*}\"/../src/one.in\n", 0o755);
        forest.file("tools/seen.sh", "#!/bin/sh\nexpr x : x > /dev/null\necho seen \"$SEEN\"\n", 0o755);
        forest.file("tools/meddle.sh", "#!/bin/sh\n:\n", 0o755);
        // Asked again each time: it starts what is in no list.
        forest.file("tools/py.sh", "#!/bin/sh\nenv perl -pe 's/^/perl /' \"$@\"\n", 0o755);
        forest.file(
            "tools/l.sh",
            "#!/bin/sh\ncd \"${0%/*}/../src\" || exit\nfind . | while read -r f; do\n\tcase $f in *.in)\n\t\t\
             sed 's/a/$RANDOM/' \"$f\" > \"$f.tmp\"; ls *.in; cmp -s \"$f\" \"$f.tmp\" || echo \"$1 $f\"; rm -f \"$f.tmp\";;\n\tesac\ndone\n",
            0o755,
        );
        forest.file("get.mk", "X := $(file <$(F))\nall: ; @echo get $(X); cat $(F)\n", 0o644);
        forest.file("conf/auto.conf", "# made\nCONFIG_A=y\nCONFIG_B=\"b c\"\nCONFIG_C=3\n", 0o644);
        forest.file("tools1/keep", "", 0o644);
        forest.file("tools2/tool", "#!/bin/sh\necho tool two\n", 0o755);
        forest.file(
            "sub.mk",
            "x := $(wildcard $(D)/*.in)\nall:\n\t@echo sub $(N) $(notdir $(x))\n\t@cat $(D)/$(N).in\n",
            0o644,
        );
        let to = pick(random, &["one.in", "two.in", "../src2/one.in"])?;
        forest.nodes.push(("src/link.in".into(), Node::Link(to)));
        forest.nodes.push(("cur".into(), Node::Link(pick(random, &["src", "src2"])?)));
        let calm = random.u8(..10) < 7;
        let mut dirs: Vec<&str> = Vec::new();
        for (dir, parent) in DIRS {
            if dir == "." || dirs.contains(&parent) && random.u8(..4) < 3 {
                dirs.push(dir);
            }
        }
        for dir in &dirs {
            let below: Vec<&str> =
                DIRS.iter().filter(|(d, p)| p == dir && dirs.contains(d)).map(|(d, _)| *d).collect();
            let text = makefile(random, dir, &below, calm)?;
            forest.file(format!("{dir}/Makefile"), text, 0o644);
        }
        Ok(forest)
    }

    fn file(&mut self, path: impl Into<String>, text: impl Into<String>, mode: u32) {
        self.nodes.push((path.into(), Node::File(text.into(), mode)));
    }

    /// Writes it below `top`, all files with the same time.
    pub fn write(&self, top: &Path) -> Result<()> {
        for (path, node) in &self.nodes {
            let path = top.join(path);
            fs::create_dir_all(path.parent().context("a file without a directory")?)?;
            match node {
                Node::File(text, mode) => {
                    fs::write(&path, text)?;
                    fs::set_permissions(&path, fs::Permissions::from_mode(*mode))?;
                    set_file_mtime(&path, FileTime::from_unix_time(1_000_000_000, 5))?;
                }
                Node::Link(to) => symlink(to, &path)?,
            }
        }
        Ok(())
    }

    /// Its makefiles, as text.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (path, node) in &self.nodes {
            if let (true, Node::File(text, _)) = (path.ends_with("Makefile"), node) {
                out += &format!("--- {path}\n{text}");
            }
        }
        out
    }
}

fn makefile(random: &mut Rng, dir: &str, below: &[&str], calm: bool) -> Result<String> {
    let up = match dir {
        "." => ".",
        "a/c" => "../..",
        _ => "..",
    };
    let (mut before, mut rules) = (String::new(), String::new());
    let mut goals: Vec<String> = Vec::new();
    for number in 0..random.usize(1..6) {
        let value = if random.u8(..3) == 0 { Some(*pick(random, VALUES)?) } else { None };
        let piece = match value {
            Some(_) => pick(random, USES)?,
            None if random.u8(..4) == 0 => pick(random, OPTIONS)?,
            None if calm || random.u8(..3) > 0 => pick(random, CALM)?,
            None => pick(random, WILD)?,
        };
        let name = *pick(random, &NAMES)?;
        let quiet = if random.bool() { "@" } else { "" };
        let fill = |text: &str| {
            text.replace("~v", value.unwrap_or_default())
                .replace("~d", dir)
                .replace("~n", &number.to_string())
                .replace("~s", &format!("{up}/src"))
                .replace("~2", &format!("{up}/src2"))
                .replace("~c", &format!("{up}/cur"))
                .replace("~t", &format!("{up}/tools"))
                .replace("~m", name)
                .replace("~q", quiet)
        };
        before += &fill(piece.before);
        rules += &fill(piece.rules);
        goals.extend(Some(fill(piece.goal)).filter(|goal| !goal.is_empty()));
    }
    if !below.is_empty() {
        let names: Vec<&str> = below.iter().map(|path| path.rsplit('/').next().unwrap_or_default()).collect();
        let goal = pick(random, &["", "", "all", "extra", "V=1", "K=$(FOO)"])?;
        let call = pick(random, &CALLS)?;
        rules += &format!("psub:\n{}", call.replace("~b", &names.join(" ")).replace("~g", goal));
        goals.push("psub".into());
    }
    if random.u8(..3) == 0 {
        random.shuffle(&mut goals);
    }
    let phony: Vec<&str> = goals.iter().map(String::as_str).filter(|goal| goal.starts_with('p')).collect();
    let made: Vec<&str> = goals.iter().map(String::as_str).filter(|goal| !goal.starts_with('p')).collect();
    let some: Vec<&str> = goals.iter().map(String::as_str).filter(|_| random.bool()).collect();
    let at_error = if random.bool() { ".DELETE_ON_ERROR:\n" } else { "" };
    Ok(format!(
        "{before}all: {}\n.PHONY: all extra {}\nextra: {}\n{rules}clean:\n\trm -f {}\n{at_error}",
        goals.join(" "),
        phony.join(" "),
        some.join(" "),
        made.join(" ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_tree_with_nothing_left_to_fill_in() {
        for seed in 0..200 {
            let text = Forest::random(&mut Rng::with_seed(seed)).unwrap().text();
            assert_eq!(text, Forest::random(&mut Rng::with_seed(seed)).unwrap().text());
            assert!(!text.contains('~'), "{text}");
        }
    }
}
