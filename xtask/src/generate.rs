//! Random makefiles: a small grammar whose sentences say something about variables, functions, rules and options, and
//! whose runs are over in milliseconds.

use fastrand::Rng;

/// A makefile, the arguments it is run with, and the files there are before: names and their age in days.
#[derive(Clone, Debug)]
pub struct Case {
    pub lines: Vec<String>,
    pub arguments: Vec<String>,
    pub files: Vec<(&'static str, u32)>,
}

const VARIABLES: [&str; 8] = ["A", "B", "C", "D", "x.y", "E1", "a", "F"];
const NAMES: [&str; 12] =
    ["a", "b", "c", "d.o", "e.o", "d.c", "e.c", "f.x", "g.y", "dir/h.o", "all", "inc.mk"];
const PATTERNS: [&str; 8] = ["%.o", "%.x", "%", "d%", "%.c", "dir/%.o", "%.y", "e%o"];
const WORDS: [&str; 14] =
    ["foo", "bar.c", "a", "b", "x%y", "%", "dir/z.o", "./q", "-n", "a=b", "'s'", "1", "10", "é"];
const OPTIONS: [&[&str]; 30] = [
    &[],
    &[],
    &[],
    &[],
    &["-k"],
    &["-n"],
    &["-i"],
    &["-s"],
    &["-B"],
    &["-t"],
    &["-q"],
    &["-r"],
    &["-R"],
    &["-e"],
    &["A=cmd $(B)"],
    &["-w"],
    &["--trace"],
    &["--warn-undefined-variables"],
    &["B:=x $@"],
    &["C+=more"],
    &["-Wd.c"],
    &["-od.o"],
    &["-S"],
    &["--no-print-directory"],
    &["--eval=D:=evaluated"],
    &["-Idir"],
    &["-C."],
    &["--no-silent"],
    &["-Oline"],
    &["-L"],
];

/// What changes the meaning of all the rest. A makefile begins with one of them at most.
const SPECIAL: [&str; 16] = [
    ".POSIX:",
    ".DELETE_ON_ERROR:",
    ".ONESHELL:",
    ".NOTPARALLEL:",
    ".EXPORT_ALL_VARIABLES:",
    ".SUFFIXES:",
    ".SUFFIXES: .x .y",
    ".SILENT:",
    ".IGNORE:",
    ".SECONDARY:",
    ".PRECIOUS: %.o",
    ".NOTINTERMEDIATE: %.c",
    ".DEFAULT_GOAL := b",
    ".DEFAULT: ; echo default $@",
    "MAKEFLAGS += -k",
    ".LOW_RESOLUTION_TIME: d.o",
];

/// What is put into lines that are right, to see what is made of those that are not, or mean something else.
/// No `&` and `|`, for the same reason that lines with one are left alone.
const FRAGMENTS: [&str; 50] = [
    ":",
    "::",
    ":=",
    "=",
    "+=",
    "?=",
    ":::=",
    "!=",
    "#",
    "\\#",
    ";",
    "\\",
    "\\\n",
    "\\\n\t",
    "$",
    "$$",
    "$(",
    "${",
    ")",
    "}",
    "(",
    ",",
    " ",
    "\t",
    "%",
    "\\%",
    "'",
    "\"",
    "@",
    "-",
    "+",
    "~",
    "\\:",
    "\\ ",
    "*.c",
    "?.c",
    "export ",
    "override ",
    "private ",
    "define ",
    "endef",
    "ifeq ",
    "else ",
    "endif",
    "include ",
    "$(A)",
    "$@",
    "d.c",
    "./",
    "é",
];

fn pick<'a, T>(random: &mut Rng, from: &'a [T]) -> &'a T {
    &from[random.usize(0..from.len())]
}

impl Case {
    /// The next case.
    pub fn random(random: &mut Rng) -> Case {
        let mut lines = Vec::new();
        if random.u8(0..8) == 0 {
            lines.push(".SECONDEXPANSION:".to_string());
        }
        if random.u8(0..5) == 0 {
            lines.push(pick(random, &SPECIAL).to_string());
        }
        for _ in 0..random.usize(1..12) {
            statement(random, &mut lines, 0);
        }
        // The `&` of grouped targets and the `|` before what is order-only must not find themselves in a recipe: what runs at the
        // same time writes when it likes.
        if random.u8(0..3) == 0 && !lines.iter().any(|line| line.contains(['&', '|'])) {
            for _ in 0..random.usize(1..4) {
                spoil(random, &mut lines);
            }
        }
        let mut arguments: Vec<String> = Vec::new();
        for _ in 0..random.usize(1..3) {
            arguments.extend(pick(random, &OPTIONS).iter().map(|o| o.to_string()));
        }
        if random.u8(0..4) == 0 {
            arguments.push(pick(random, &NAMES).to_string());
        }
        let mut files = Vec::new();
        for name in ["d.c", "e.c", "a", "d.o", "f.x", "b", "dir/h.c", "dir/e.c"] {
            if random.bool() {
                files.push((name, random.u32(1..6)));
            }
        }
        Case { lines, arguments, files }
    }

    /// The text of the makefile.
    pub fn text(&self) -> String {
        let mut text = self.lines.join("\n");
        text.push('\n');
        text
    }
}

/// Changes a line at some place.
fn spoil(random: &mut Rng, lines: &mut [String]) {
    let line = &mut lines[random.usize(0..lines.len())];
    // Nothing that keeps a make from starting itself over and over may go.
    if line.contains("MAKE") {
        return;
    }
    let places: Vec<usize> = line.char_indices().map(|(at, _)| at).chain([line.len()]).collect();
    let at = random.usize(0..places.len());
    let next = places.get(at + 1).copied().unwrap_or(line.len());
    let end = match random.u8(0..5) {
        0 => return line.replace_range(places[at]..next, ""),
        1 => next,
        _ => places[at],
    };
    let fragment: &str = pick::<&str>(random, &FRAGMENTS);
    line.replace_range(places[at]..end, fragment);
}

fn statement(random: &mut Rng, lines: &mut Vec<String>, depth: u32) {
    match random.u8(0..100) {
        0..34 => {
            let line = assignment(random);
            lines.push(line);
        }
        34..38 => {
            let name = pick(random, &VARIABLES);
            let operator = pick(random, &["", " =", " :=", " +=", " ?="]);
            lines.push(format!("define {name}{operator}"));
            for _ in 0..random.usize(0..3) {
                lines.push(text(random, 2));
            }
            lines.push("endef".to_string());
        }
        38..46 if depth < 2 => {
            let condition = match random.u8(0..4) {
                0 => format!("ifdef {}", pick(random, &VARIABLES)),
                1 => format!("ifndef {}", pick(random, &VARIABLES)),
                2 => format!("ifeq ({},{})", text(random, 1), text(random, 1)),
                _ => format!("ifneq '{}' \"{}\"", reference(random, 1), pick(random, &WORDS)),
            };
            lines.push(condition);
            statement(random, lines, depth + 1);
            match random.u8(0..4) {
                0 => lines.push(format!("else ifdef {}", pick(random, &VARIABLES))),
                1 => lines.push("else".to_string()),
                _ => {}
            }
            statement(random, lines, depth + 1);
            lines.push("endif".to_string());
        }
        46..52 => {
            let shown = text(random, 2);
            lines.push(format!("$(info [{shown}])"));
        }
        52..55 => {
            let name = pick(random, &NAMES);
            let target =
                pick(random, &[".PHONY", ".PRECIOUS", ".INTERMEDIATE", ".SECONDARY", ".IGNORE", ".SILENT"]);
            lines.push(format!("{target}: {name}"));
        }
        55..58 => lines.push(format!("export {}", pick(random, &VARIABLES))),
        58..60 => lines.push(format!("undefine {}", pick(random, &VARIABLES))),
        60..64 => {
            let target = if random.bool() { *pick(random, &NAMES) } else { *pick(random, &PATTERNS) };
            let line = assignment(random);
            lines.push(format!("{target}: {line}"));
        }
        64..66 => lines.push(format!("$(eval {})", assignment(random).replace('$', "$$"))),
        66..68 => lines.push(format!("-include {}", pick(random, &["nothere.mk", "inc.mk"]))),
        68..70 => lines.push(format!("vpath {} dir", pick(random, &PATTERNS))),
        70 => lines.push(format!("# {}", pick(random, &WORDS))),
        71 => rare(random, lines),
        _ => rule(random, lines),
    }
}

/// What few makefiles say.
fn rare(random: &mut Rng, lines: &mut Vec<String>) {
    let variable = *pick(random, &VARIABLES);
    let name = *pick(random, &NAMES);
    match random.u8(0..28) {
        0 => lines.push("export".to_string()),
        1 => lines.push(format!("unexport {variable}")),
        2 => lines.push(format!("{variable} != echo '{}'; echo 2", pick(random, &WORDS))),
        3 => lines.push(format!("{name}: .EXTRA_PREREQS = {}", pick(random, &NAMES))),
        4 => lines.push(format!("{name}: unexport {variable} =")),
        5 => lines.push(format!("{name}: undefine {variable}")),
        6 => lines.push("VPATH = dir".to_string()),
        7 => lines.push(format!("{name}: a .WAIT b")),
        8 => {
            lines.push(".c.x:".to_string());
            lines.push(format!("\t{}", command(random)));
        }
        9 => {
            lines.push("define template".to_string());
            lines.push(format!("{name}: $(1)"));
            lines.push(format!("\t{}", command(random).replace('$', "$$")));
            lines.push("endef".to_string());
            lines.push(format!("$(eval $(call template,{}))", pick(random, &NAMES)));
        }
        10 => lines.push(format!("$(foreach n,{name} x,$(eval {variable} += $(n)$$(n)))")),
        11 => {
            lines.push(format!("{variable} = one \\"));
            lines.push(format!("  {} \\", text(random, 1)));
            lines.push("\tlast # comment".to_string());
        }
        12 => lines.push(format!("$(warning {})", text(random, 1))),
        13 => lines.push(format!("ifeq (1,1) # {variable}\n$(error {})\nendif", text(random, 1))),
        14 => {
            lines.push(format!("{name}: {} # comment", pick(random, &NAMES)));
            lines.push("\t@echo one; \\".to_string());
            lines.push("\t  echo 'two \\".to_string());
            lines.push(format!("\tthree' {}", text(random, 1).replace('\'', "")));
        }
        15 => lines.push("$(file >out,$(A))$(info $(file <out))".to_string()),
        16 => {
            lines.push("$(info $(sort $(filter-out MAKE% .%,$(MAKEFILE_LIST))) $(.DEFAULT_GOAL))".to_string())
        }
        17 => lines.push("$(info $(shell exit 3)$(.SHELLSTATUS) $(origin CC) $(flavor MAKE))".to_string()),
        18 => {
            lines.push(format!("override define {variable} :="));
            lines.push(text(random, 1));
            lines.push("endef".to_string());
        }
        19 => {
            lines.push(format!("{name}: | {}", pick(random, &NAMES)));
            lines.push("\t@[ $(MAKELEVEL) -gt 0 ] || $(MAKE) --no-print-directory $(A:%=b)".to_string());
        }
        20 => lines.push("include $(wildcard *.mk)".to_string()),
        21 => lines.push(format!(
            "$(foreach {variable},{name} x,$(eval {}){})",
            assignment(random).replace('$', "$$"),
            reference(random, 1)
        )),
        22 => {
            lines.push(format!("f = $(eval {}){}", assignment(random).replace('$', "$$"), text(random, 2)));
            lines.push(format!("$(info $(call f,{},{}))", text(random, 1), text(random, 1)));
        }
        23 => {
            let held = pick(
                random,
                &["all:", "b: C", "d.c: a ;", "e.c: D =", "a", "%.x: %.c", "B :=", "a: b", ":", "="],
            );
            lines.push(format!("{variable} = {held}"));
            let after = pick(
                random,
                &["", " b", "+= c", " = $(A)", "; @echo hi", ": b", " := $(B) ; x", "x", " # c"],
            );
            lines.push(format!("$({variable}){after}"));
        }
        24 => {
            lines.push(format!("{name}: {variable} = own"));
            lines.push(format!("{name}:"));
            lines.push(format!(
                "\t$(eval {})@echo '$({variable})' $(flavor {variable}) $(origin {variable})",
                assignment(random).replace('$', "$$")
            ));
        }
        25 => lines.push(format!("$(let {variable} n,{name} x y,$(eval {variable} += z)$({variable}) $(n))")),
        26 => lines.push(format!("$(eval {name}: {} ; @echo '$(A)' $$$$@)", text(random, 1))),
        _ => lines.push(format!("{name} dir: dir/h.o ; echo $(@D) $(<F) $(?D)")),
    }
}

fn assignment(random: &mut Rng) -> String {
    let modifier = match random.u8(0..12) {
        0 => "override ",
        1 => "export ",
        2 => "private ",
        _ => "",
    };
    let operator = pick(random, &["=", ":=", "+=", "?=", "::=", ":::=", "="]);
    let space = pick(random, &[" ", "", "  "]);
    format!("{modifier}{}{space}{operator} {}", pick(random, &VARIABLES), text(random, 2))
}

fn rule(random: &mut Rng, lines: &mut Vec<String>) {
    let names = |random: &mut Rng, most: usize| -> String {
        let count = random.usize(0..most + 1);
        (0..count).map(|_| *pick(random, &NAMES)).collect::<Vec<_>>().join(" ")
    };
    let mut line = match random.u8(0..10) {
        0..2 => {
            let count = *pick(random, &[1, 1, 2, 2, 3]);
            let targets: Vec<&str> = (0..count).map(|_| *pick(random, &PATTERNS)).collect();
            let from =
                *pick(random, &["%.c", "%", "%.x", "", "d.c", "%.y e.c", "%.c %.y", "| %.x", "%.y | %.c"]);
            format!("{}: {from}", targets.join(" "))
        }
        2 => format!("{} {}: %.o: %.c {}", pick(random, &["d.o", "dir/h.o"]), "e.o", names(random, 1)),
        3 => format!("{}:: {}", pick(random, &NAMES), names(random, 2)),
        4 => {
            let mut group = [*pick(random, &["a", "b"]), *pick(random, &["c", "g.y"]), ""];
            group[2] = *pick(random, &["", "", "f.x", "e.c", "dir/h.o"]);
            random.shuffle(&mut group);
            format!("{} &: {}", group.join(" "), names(random, 2))
        }
        5 => format!("all: {} | {}", names(random, 3), names(random, 1)),
        _ => format!("{}: {}", pick(random, &NAMES), names(random, 3)),
    };
    if random.u8(0..8) == 0 {
        line.push_str(&format!(" {}", pick(random, &["$(A)", "$$(A)", "$$@.c", "$$*.c", "*.c", "./a"])));
    }
    let inline = random.u8(0..8) == 0;
    if inline {
        line.push_str(&format!("; {}", command(random)));
    }
    lines.push(line);
    for _ in 0..random.usize(0..3) {
        lines.push(format!("\t{}", command(random)));
    }
}

fn command(random: &mut Rng) -> String {
    let prefix = *pick(random, &["", "", "@", "-", "+", "@-"]);
    let shown = *pick(
        random,
        &[
            "$@",
            "$<",
            "$^",
            "$?",
            "$+",
            "$|",
            "$*",
            "$(@D)",
            "$(^F)",
            "$(A)",
            "$(B) $(C)",
            "$(MAKEFLAGS)",
            "$$A",
        ],
    );
    match random.u8(0..12) {
        0 => format!("{prefix}touch $@"),
        1 => format!("{prefix}false"),
        2 => format!("{prefix}exit 3"),
        3 => format!("{prefix}echo '{}'", text(random, 2).replace('\'', "")),
        4 => format!("{prefix}$(if $(A),echo yes,echo no)"),
        5 => format!("{prefix}mkdir -p $(@D) && touch '$@'"),
        6 => format!("{prefix}:"),
        _ => format!("{prefix}echo '{shown}'"),
    }
}

fn text(random: &mut Rng, depth: u32) -> String {
    let count = random.usize(0..4);
    let mut parts = Vec::new();
    for _ in 0..count {
        parts.push(if random.bool() { pick(random, &WORDS).to_string() } else { reference(random, depth) });
    }
    let between: &str = pick::<&str>(random, &[" ", "  ", "", "\t"]);
    parts.join(between)
}

fn reference(random: &mut Rng, depth: u32) -> String {
    let variable = *pick(random, &VARIABLES);
    if depth == 0 {
        return format!("$({variable})");
    }
    let mut t = |n: u32| text(random, n.min(depth - 1));
    let (a, b, c) = (t(1), t(1), t(1));
    match random.u8(0..44) {
        0 => format!("$(subst {a},{b},{c})"),
        1 => format!("$(patsubst %.c,%.o,{c})"),
        2 => format!("$(patsubst {a},{b},{c})"),
        3 => format!("$(strip {a} {b})"),
        4 => format!("$(findstring {a},{b})"),
        5 => format!("$(filter {a},{b} {c})"),
        6 => format!("$(filter-out {a},{b} {c})"),
        7 => format!("$(sort {a} {b} {c})"),
        8 => format!("$(word {},{b} {c})", random.u8(1..5)),
        9 => format!("$(wordlist {},{},{a} {b} {c})", random.u8(1..4), random.u8(0..5)),
        10 => format!("$(words {a} {b})"),
        11 => format!("$(firstword {a} {b})"),
        12 => format!("$(lastword {a} {b})"),
        13 => format!("$(dir {a} {b})"),
        14 => format!("$(notdir {a} {b})"),
        15 => format!("$(suffix {a} {b})"),
        16 => format!("$(basename {a} {b})"),
        17 => format!("$(addsuffix {a},{b})"),
        18 => format!("$(addprefix {a},{b})"),
        19 => format!("$(join {a},{b})"),
        20 => format!("$(wildcard {})", pick(random, &["*.c", "*", "dir/*", "d.c nothere", "[de].c"])),
        21 => format!("$(if {a},{b},{c})"),
        22 => format!("$(or {a},{b},{c})"),
        23 => format!("$(and {a},{b},{c})"),
        24 => format!("$(foreach v,{a} {b},$(v){c})"),
        25 => format!("$(call {variable},{a},{b})"),
        26 => format!("$(value {variable})"),
        27 => format!("$(origin {variable})"),
        28 => format!("$(flavor {variable})"),
        // Of an empty list GNU make 4.4.1 reads memory that is not its own.
        29 => format!("$(let p q,1{a} {b},$(q)-$(p))"),
        30 => format!("$(intcmp {},{},{a},{b},{c})", random.u8(0..3), random.u8(0..3)),
        31 => format!("$({variable}:.c=.o)"),
        32 => format!("$({variable}:%={a}%)"),
        33 => format!("${{{variable}}}"),
        34 => format!("$(shell echo '{}')", a.replace(['\'', '$'], "")),
        35 => "$(1) $2 $(0)".to_string(),
        36 => format!("$($({variable}))"),
        37 => "$$".to_string(),
        38 => "$(MAKECMDGOALS)$(MAKELEVEL)".to_string(),
        39 => format!("$(abspath {})", pick(random, &["/a/../b", "/x//y/."])),
        _ => format!("$({variable})"),
    }
}
