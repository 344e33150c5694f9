//! Records are read as the general reader reads them: the same variables, rules, places and messages.

mod common;
#[path = "common/random.rs"]
mod random;

use common::{Bench, SETTINGS};
use random::Random;
use rkbuild_base::{BString, Names};
use rkbuild_syntax::{Lists, Record};

impl Random {
    /// Mostly `plain`, sometimes one of the others.
    fn mostly<'a>(&mut self, plain: &'a str, others: &[&'a str]) -> &'a str {
        if self.below(12) > 0 { plain } else { self.one(others) }
    }
}

const TARGETS: [&str; 7] = ["./x/a.o", ".x.o", "x/b.o", "../a.o", "x/a%.o", "a b", ".SECONDEXPANSION"];
const HEADERS: [&str; 8] =
    ["h.h", "x/h.h", "/usr/include/stdio.h", "../up.h", "./h.h", ".//x/h.h", "g+-,@.h", "x/a.o"];
const ODD: [&str; 16] = [
    ".h", ".WAIT", ".PHONY", ".//.WAIT", "a:b", "a%", "~/h.h", "~root", "a*", "[x]", "a(b)", "a\\ b", "x|y",
    "$(X)", "h.h;", "",
];
const CONFIG: [&str; 10] = [
    "include/config/YES",
    "include/config/NO",
    "include/config/ALSO",
    "include/config/LINK",
    "include/config/sub/deep.h",
    "include/config/YES/",
    "include/config/*",
    "./include/config/YES",
    "include/config/..",
    "~",
];
const VALUES: [&str; 9] = [
    "gcc -c -o x/a.o x/a.c",
    "",
    "  spaced  ",
    "a $(pound) b",
    "$$$$(x) ${pound}",
    "$(pound",
    "x \\# y",
    "end \\",
    "$(eval A := 1)a",
];
const LINES: [&str; 14] = [
    "",
    " ",
    "\t",
    "# a comment",
    "# continued \\",
    "#SYMVER f 0x1",
    "\trecipe",
    "ifdef x",
    "endif",
    "define d",
    "endef",
    "x/a.o: V := 1",
    "export A",
    "-include other",
];

fn record(r: &mut Random) -> Vec<u8> {
    let target = r.mostly("x/a.o", &TARGETS).to_string();
    let named = r.mostly(&target, &["x/a.o", "y", ""]).to_string();
    let mut lines: Vec<String> = Vec::new();
    let (prefix, value) = (r.one(&["cmd_", "savedcmd_"]), r.one(&VALUES));
    let value = r.one(&[VALUES[0], value]);
    lines.push(format!("{prefix}{target} {} {value}", r.mostly(":=", &["=", "+=", "?=", "::="])));
    if r.below(4) > 0 {
        lines.push(String::new());
        lines.push(format!("source_{target} := x/a.c"));
        lines.push(String::new());
        lines.push(format!("deps_{named} := {}", r.mostly("\\", &["\\\\", "h.h", "h.h \\"])));
        for _ in 0..r.below(12) {
            let name = r.mostly("", &ODD);
            let name = if name.is_empty() { r.one(&HEADERS) } else { name };
            let end = r.mostly(" \\", &["\\", "  \\", "\t\\", " \\\\", ""]);
            if r.below(2) == 0 {
                lines.push(format!("  {name}{end}"));
            } else {
                lines.push(format!("    $(wildcard {}){end}", r.one(&CONFIG)));
            }
        }
        lines.push(String::new());
        lines.push(format!("{target}{} $(deps_{named})", r.mostly(":", &["::", " :", "&:", ""])));
        lines.push(String::new());
        lines.push(format!("$(deps_{named}):"));
    }
    if r.below(4) == 0 {
        lines.push(String::new());
        lines.push(format!("{target}: $(wildcard {})", r.one(&CONFIG)));
    }
    if r.below(3) == 0 {
        let at = r.below(lines.len());
        match r.below(4) {
            0 => lines.insert(at, r.one(&LINES).into()),
            1 => drop(lines.remove(at)),
            2 => lines.insert(at, lines[at].clone()),
            _ => lines.swap(at, 0),
        }
    }
    let mut text = lines.join("\n").into_bytes();
    if r.below(8) > 0 {
        text.push(b'\n');
    }
    if r.below(4) == 0 && !text.is_empty() {
        let at = r.below(text.len());
        match (
            r.below(3),
            r.one(&[
                "\\", "\n", "$", "#", "%", ":", "=", ";", "|", "\t", "\r", "\0", "(", ")", "\x0b", "\u{feff}",
            ]),
        ) {
            (0, byte) => drop(text.splice(at..at, byte.bytes())),
            (1, byte) => drop(text.splice(at..=at, byte.bytes())),
            _ => drop(text.remove(at)),
        }
    }
    text
}

#[test]
fn what_is_read_as_a_record_leaves_what_the_general_reader_leaves() {
    let mut bench = Bench::new();
    let mut random = Random(1);
    let mut records = 0;
    let (lists, names) = (Lists::default(), Names::new());
    const TRIED: usize = 4000;
    for round in 0..TRIED {
        let text = record(&mut random);
        records += usize::from(Record::parse(&text, &lists, &names).is_some());
        let [record, general, known] = bench.all(&text, round);
        let told = || format!("{:?} in {:?}", BString::from(&text[..]), SETTINGS[round % SETTINGS.len()]);
        assert_eq!(record, general, "{}", told());
        assert_eq!(known, general, "{}", told());
    }
    assert!((TRIED / 8..TRIED * 7 / 8).contains(&records), "{records} of {TRIED} were records");
}

#[test]
fn a_record_sets_its_variables_and_names_its_prerequisites() {
    let text = b"cmd_x/a.o := c\n\ndeps_x/a.o := \\\n  h.h \\\n    $(wildcard include/config/YES) \\\n\nx/a.o: $(deps_x/a.o)\n";
    let [record, ..] = Bench::new().all(text, 0);
    let has = |start: &str| record.iter().any(|line| line.starts_with(start));
    assert!(has("\"deps_x/a.o\" \"h.h include/config/YES \" Simple File"), "{record:#?}");
    assert!(has("\"include/config/YES\" Target") && has("\"x/a.o\" Target"), "{record:#?}");
}
