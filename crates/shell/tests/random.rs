//! Scripts composed at random from the constructs that are run in-process give what dash gives.
//!
//! What they write to is named by fixed words only, never by what a variable holds, and no script leaves its directory
//! upwards: a random script must not be able to hurt the machine it is tried on.
//!
//! `RKBUILD_SHELL_SCRIPTS=20000 RKBUILD_SHELL_SEED=7 cargo test -p rkbuild-shell --test random` tries more of them.

mod common;

use common::Bench;

/// A small generator of numbers: the same seed, the same scripts.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) as usize % limit
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len())]
    }
}

const PLAIN: &[&str] = &[
    "a", "b c", "'q  r'", "\"s  t\"", "\\*", "*", "f*", "?ile", "[a-f]*", "x=y", "1", "2", "-n", "''",
    "\"\"", "dir/*", "'*'", "\"*\"", "a\\ b", "%s", "é", "./run.sh", "#no", "a#b", "{a,b}", "-", "=", "!",
    "'a\nb'", "\"$\"", "a\\\nb",
];
/// Words are put together of these: backslashes and quotes next to each other and at the ends of lines.
const FRAGMENTS: &[&str] = &[
    "a",
    "\\\\",
    "\\\n",
    "\\b",
    "\\\"",
    "\\'",
    "\\$v",
    "\\`",
    "'c'",
    "'\\'",
    "'\\\n'",
    "\"d\\\\\"",
    "\"\\\n\"",
    "\"\\\\\n\"",
    "\"\\$v\"",
    "\"\\x\"",
    "\"\\\"\"",
    "\"'\"",
    "$v",
    "\"$w\"",
    "$%",
    "`echo e`",
    "`echo \\\\\\\\`",
    "\"`echo \\\"f\\\"`\"",
    "`echo '\\$v'`",
    "\"`echo \\\\\n`\"",
    "$(echo '\\\\')",
    "\"$(echo \"g\\\\\")\"",
    "~",
    "=",
    ":",
];
const PARAMETERS: &[&str] = &[
    "$v",
    "${v}",
    "\"$v\"",
    "$w",
    "\"$w\"",
    "${w}x",
    "${v:-d e}",
    "\"${v:-d e}\"",
    "${u-un set}",
    "${u:=as  sign}",
    "${v:+plus}",
    "\"${w+\"}",
    "${w%?}",
    "${w##* }",
    "${w#a*}",
    "\"${w%%b*}\"",
    "${#w}",
    "$?",
    "$#",
    "$1",
    "\"$@\"",
    "$*",
    "\"$*\"",
    "x\"$@\"y",
    "$((1+2))",
    "$(($#*3))",
    "$((3>2?7:8))",
    "${v%\"a\"}",
    "${w%'*'}",
    "${v:-$w}",
    "${EXPORTED}",
    "$EXPORTED",
    "${w:-${v:-deep}}",
    "a$v'b'\"$w\"",
];
const SIMPLE: &[&str] = &[
    ":",
    "true",
    "false",
    "echo one",
    "echo two >&2",
    "cat file",
    "cat nope",
    "ls",
    "./run.sh z",
    "nope_command",
    "test -f file",
    "[ -d file ]",
    "test \"$v\" = a",
    "[ \"$w\" ]",
    "cd dir",
    "(cd dir && pwd | tail -c 4)",
    "pwd >/dev/null",
    "set -e",
    "set +e",
    "set -- p 'q r'",
    "shift 0",
    "exit 3",
    "(exit 4)",
    "export v",
    "unset v",
    "mkdir -p dir/new",
    "rm -f out",
    "touch out",
    "printf '%s-' a b",
    "cp file out",
    "mv out moved",
    "ln -sf file link",
    "cmp -s file out",
    "basename a/b",
    "dirname a/b",
    "sh -c 'exit 9'",
    "sh -c 'kill -9 $$'",
    "env | sort | grep -c v=",
    "exec 2>&1",
    "trap 'echo end $?' EXIT",
    "trap - EXIT",
    "command -v cat",
    "sh -c 'echo $v' x",
    "echo back\\\\slash",
];

fn word(r: &mut Random, depth: u32) -> String {
    match r.below(10) {
        0..4 => r.pick(PLAIN).to_string(),
        4..8 => r.pick(PARAMETERS).replace("\"${w+\"}", "${w+set}"),
        8 if depth > 0 => format!("$({})", list(r, depth - 1)),
        9 if depth > 0 => format!("\"$({})\"", list(r, depth - 1)),
        9 => (0..=r.below(4)).map(|_| r.pick(FRAGMENTS)).collect(),
        _ => format!("{}{}", r.pick(PLAIN), r.pick(&["$v", "\"$w\"", "'z'"])),
    }
}

fn simple(r: &mut Random, depth: u32) -> String {
    let mut text = match r.below(12) {
        0..5 => r.pick(SIMPLE).to_string(),
        5 => format!("v={}", word(r, depth)),
        6 => format!(
            "w={} v={}",
            r.pick(PARAMETERS).replace("\"${w+\"}", "y"),
            r.pick(&["a", "'a b'", "'*'", ""])
        ),
        7 => format!("v={} sh -c 'echo \"<$v>\"'", r.pick(&["1", "'2 3'", "$w", "\"$w\"", "*"])),
        8 => format!("printf '<%s>\\n' {} {}", word(r, depth), word(r, depth)),
        9 => format!("set -- {} {}", r.pick(PLAIN).replace(['-', '#'], "n"), word(r, depth)),
        _ => format!("echo {} {}", word(r, depth), word(r, depth)),
    };
    if text.starts_with("set -- ") || text.starts_with("trap") {
        return text;
    }
    for _ in 0..r.below(3) / 2 {
        let redirect = r.pick(&[
            " >out",
            " 2>&1",
            " >>out",
            " 2>/dev/null",
            " <file",
            " >dir",
            " <nope",
            " >&2",
            " 2>err",
        ]);
        text.push_str(redirect);
    }
    text
}

fn command(r: &mut Random, depth: u32) -> String {
    if depth == 0 {
        return simple(r, 0);
    }
    let d = depth - 1;
    match r.below(18) {
        0 => format!("( {} )", list(r, d)),
        1 => format!("{{ {}; }}", list(r, d)),
        2 => format!("if {}; then {}; fi", list(r, d), list(r, d)),
        3 => format!(
            "if {}; then {}; elif {}; then {}; else {}; fi",
            list(r, 0),
            list(r, d),
            list(r, 0),
            list(r, d),
            list(r, d)
        ),
        4 => format!("for v in {} {}; do {}; done", word(r, d), word(r, d), list(r, d)),
        5 => format!(
            "for i in 1 2 3; do {}; {}; done",
            list(r, d),
            r.pick(&["break", "continue", "echo $i", "[ $i = 2 ] && break"])
        ),
        // A counter for each depth, so that an inner loop does not start the outer one again.
        6 => format!("n{d}=; while [ \"$n{d}\" != xx ]; do n{d}=x$n{d}; {}; done", list(r, d)),
        7 => format!(
            "case {} in {}) {};; *) {};; esac",
            word(r, d),
            r.pick(&["a*", "'*'|b", "$v", "\"$w\"", "[!x]?*", "''"]),
            list(r, d),
            list(r, d)
        ),
        8 => format!(
            "{} | {}",
            command(r, d),
            r.pick(&["cat", "cat -n", "wc -l", "{ cat; false; }", "(cat)", "cat >/dev/null"])
        ),
        9 => format!("! {}", simple(r, d)),
        10 => {
            format!("{{ {}\n}} {}", list(r, d), r.pick(&[">out", "2>&1", "2>/dev/null", ">nope/x", "<file"]))
        }
        11 => format!("({}) {}", list(r, d), r.pick(&[">out", "2>&1", "2>/dev/null", ">nope/x", "<file"])),
        _ => simple(r, d),
    }
}

fn list(r: &mut Random, depth: u32) -> String {
    let mut text = command(r, depth);
    for _ in 0..r.below(4) {
        let joint = r.pick(&["; ", " && ", " || ", "\n", ";\n ", " &&\n", "; "]);
        text.push_str(joint);
        text.push_str(&command(r, depth));
    }
    text
}

#[test]
fn random_scripts_give_what_dash_gives() {
    let number =
        |name: &str, default: u64| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let mut random = Random(number("RKBUILD_SHELL_SEED", 20_240_229));
    let bench = Bench::new();
    let (mut declined, mut wrong) = (0, Vec::new());
    let count = number("RKBUILD_SHELL_SCRIPTS", 200);
    for _ in 0..count {
        let depth = random.below(4) as u32;
        let script = list(&mut random, depth);
        match bench.ours(false, script.as_bytes()) {
            None => declined += 1,
            Some(ours) => {
                let dash = bench.real("/bin/dash", &[], script.as_bytes());
                if ours != dash {
                    wrong.push(format!("{script}\n  dash: {dash:?}\n  ours: {ours:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} scripts:\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(declined * 2 < count, "{declined} of {count} were declined");
}
