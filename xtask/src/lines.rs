//! Random recipe lines over the files of a scratch tree: the file tools, redirections, patterns and tests of recipes.
//!
//! A line must not be able to hurt the machine it is tried on: every name in it is relative, goes up two levels at most,
//! and none begins with what a variable holds.

use fastrand::Rng;

use crate::scratch::{NAMES, pick};

const OTHER_NAMES: [&str; 24] = [
    "new",
    "new2",
    "d/new",
    "nodir/x",
    "d/",
    "l/",
    "a/",
    "./a",
    "d//a",
    "e/../a",
    "l/a",
    "../work/a",
    "../new",
    "''",
    ".",
    "..",
    "new/",
    "new/deep/er",
    "d/.",
    "h",
    "\"$PWD/a\"",
    "\"$PWD/l\"",
    "a/x",
    "../../t",
];

const PATTERNS: [&str; 14] = [
    "*",
    "d*",
    "[^a]*",
    "[!a]*",
    "*/",
    "d/*",
    "?",
    "*.o",
    "[a-d]",
    "./*",
    "l*/*",
    ".h*",
    "[[:alpha:]]",
    "\\[z]",
];

/// Makes lines.
pub struct Lines<'a> {
    pub rng: &'a mut Rng,
    /// The tree has fifos: nothing is opened, for it might wait for ever.
    pub fifos: bool,
}

impl Lines<'_> {
    /// The commands of a line, to be joined by what stands behind each.
    pub fn line(&mut self) -> Vec<String> {
        let mut parts = Vec::new();
        for _ in 0..1 + self.rng.usize(..3) {
            let command = self.command();
            let joint = pick(self.rng, &["; ", "; ", "; ", " && ", " || "]);
            parts.push(format!("{command}{joint}"));
        }
        parts
    }

    fn name(&mut self) -> String {
        let name = match self.rng.u8(..16) {
            0..9 => pick(self.rng, &NAMES),
            9..15 => pick(self.rng, &OTHER_NAMES),
            _ => pick(self.rng, &PATTERNS),
        };
        match name {
            "-x" => pick(self.rng, &["./-x", "-- -x", "-x"]).to_string(),
            "s p" => pick(self.rng, &["'s p'", "s\\ p", "\"s p\""]).to_string(),
            "[z]" => pick(self.rng, &["'[z]'", "[z]"]).to_string(),
            name => name.to_string(),
        }
    }

    fn names(&mut self) -> String {
        let count = 1 + self.rng.usize(..3) * self.rng.usize(..2);
        (0..count).map(|_| self.name()).collect::<Vec<_>>().join(" ")
    }

    fn tool(&mut self) -> String {
        match self.rng.u8(..14) {
            0..2 => {
                let options = pick(self.rng, &["-f ", "-rf ", "-rf ", "-f ", "-r ", "", "-Rf -- ", "-fr "]);
                format!("rm {options}{}", self.names())
            }
            2..4 => {
                let options = pick(self.rng, &["", "-f ", "-f ", "-n ", "-T ", "-f -- "]);
                format!("mv {options}{} {}", self.name(), self.name())
            }
            4..6 => {
                let options =
                    pick(self.rng, &["-s ", "-sf ", "-sfn ", "-fsn ", "-sn ", "", "-f ", "-sf -- "]);
                format!("ln {options}{} {}", self.name(), self.name())
            }
            6 if !self.fifos => {
                // Not -r: what becomes of a tree that is copied into itself depends on the order of names on the disk.
                let options = pick(self.rng, &["", "-f ", "", "-p "]);
                format!("cp {options}{} {}", self.name(), self.name())
            }
            7 => format!("mkdir {}{}", pick(self.rng, &["", "-p ", "-p ", "-m 700 "]), self.names()),
            8 => format!("touch {}{}", pick(self.rng, &["", "", "-c ", "-h "]), self.names()),
            9 => {
                let mode = pick(
                    self.rng,
                    &["+x", "a+x", "u+x", "u+w", "a-w", "-w", "+w", "644", "0755", "400", "4755", "go-rwx"],
                );
                format!("chmod {mode} {}", self.names())
            }
            10 => format!("{} {}", pick(self.rng, &["basename", "dirname", "rmdir"]), self.name()),
            11 if !self.fifos => {
                format!("cmp {}{} {}", pick(self.rng, &["-s ", "-s ", ""]), self.name(), self.name())
            }
            12 if !self.fifos => format!("cat {}", self.names()),
            _ => format!("echo {}", self.names()),
        }
    }

    fn test(&mut self) -> String {
        let unary = pick(
            self.rng,
            &["-e", "-f", "-d", "-s", "-h", "-L", "-p", "-r", "-w", "-x", "-n", "-z", "-S", "-b", "-c"],
        );
        let binary = pick(self.rng, &["-nt", "-ot", "-ef", "=", "!="]);
        match self.rng.u8(..5) {
            0..3 => format!("test {unary} {}", self.name()),
            3 => format!("[ {} {binary} {} ]", self.name(), self.name()),
            _ => format!("[ ! {unary} {} ]", self.name()),
        }
    }

    fn redirected(&mut self) -> String {
        let name = self.name();
        let command = match self.rng.u8(..6) {
            0 => format!("echo x > {name}"),
            1 => format!("printf '%s\\n' y >> {name}"),
            2 => format!("cat {} > {name}", self.names()),
            3 => format!("cat < {name}"),
            4 => format!("{{ {}; echo z; cat {}; }} > {name}", self.tool(), self.name()),
            _ => format!("( {}; echo z ) >> {name} 2>&1", self.tool()),
        };
        if self.fifos { self.tool() } else { command }
    }

    fn command(&mut self) -> String {
        match self.rng.u8(..24) {
            0..11 => self.tool(),
            11..14 => self.redirected(),
            14..17 => format!("{} && echo yes || echo no", self.test()),
            17 => format!("for f in {} {}; do {}; echo \"$f\"; done", self.name(), self.name(), self.tool()),
            18 => {
                let tool = pick(self.rng, &["rm -f", "rm -rf", "touch", "echo", "mkdir -p", "chmod 644"]);
                format!("x={}; {tool} \"$x\" $x", self.name())
            }
            19 => format!("cd {}; {}", self.name(), self.tool()),
            20 => format!("( cd {} && {} )", self.name(), self.tool()),
            21 => format!("if {}; then {}; else {}; fi", self.test(), self.tool(), self.tool()),
            22 => {
                let pattern = pick(self.rng, &PATTERNS);
                format!("case {} in {pattern}) echo in;; *) echo out;; esac", self.name())
            }
            _ if self.fifos => self.tool(),
            _ => match self.rng.u8(..5) {
                0 => format!("y=$({}); echo \"<$y>\"", self.tool()),
                // Where the output is a file, that would empty it.
                1 => {
                    let name = pick(self.rng, &["stdout", "stderr", "fd/1", "fd/2", "null"]);
                    format!("p=/dev; {{ echo own > $p/{name}; echo said; }} 2>&1 | cat")
                }
                2 => {
                    format!("p=/dev; cat $p/{} {} ", pick(self.rng, &["stdin", "fd/0", "null"]), self.name())
                }
                3 => format!("q=/proc/; ls -d ${{q}}self/cwd/{}", pick(self.rng, &["a", "d", "new"])),
                _ => format!("{} | cat", self.tool()),
            },
        }
    }
}
