//! `cargo xtask explain`: a module against Debian's headers is changed in one known way after the other, and `--explain` has to
//! name what was changed as the root of every command that runs.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use fastrand::Rng;

use crate::candidate;
use crate::machine::{self, Headers, quiet};
use crate::oracle::Tally;
use crate::places::{Places, SYSTEM_PATH};

/// What the makefile is before it is changed.
const MAKEFILE: &str = "obj-m := hello.o\nhello-y := main.o greet.o\nhello-$(CONFIG_HELLO_EXTRA) += extra.o\nccflags-y := -DHELLO_GREETING='\"Hello\"'\n";

/// What to do.
pub struct Why {
    pub rounds: usize,
    pub seed: u64,
}

/// A change, and what has to be told of it.
struct Change {
    /// What was done.
    what: String,
    /// Each reason has one of these in it; none where nothing is to be made.
    roots: Vec<String>,
}

impl Change {
    fn new(what: impl Into<String>, roots: &[&str]) -> Change {
        Change { what: what.into(), roots: roots.iter().map(ToString::to_string).collect() }
    }
}

/// The module, and how it is built.
struct Module {
    rkbuild: PathBuf,
    headers: Headers,
    dir: PathBuf,
    /// The value of KCFLAGS on the command line.
    flags: Option<String>,
    /// The option that has `extra.o` as part of the module is set.
    extra: bool,
    /// The values of the macros in `ccflags-y` and in `CFLAGS_main.o`.
    level: usize,
    own: usize,
}

impl Why {
    /// Builds and goes through all rounds. A round counts as passed when every reason names what was changed.
    pub fn run(&self, places: &Places) -> Result<Tally> {
        let packages = machine::module_packages()?;
        machine::install(&packages.iter().map(String::as_str).collect::<Vec<_>>())?;
        let _lock = places.lock("explain")?;
        let dir = places.cached("explain")?.join("hello");
        if dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        quiet(Command::new("cp").arg("-R").arg(places.repo.join("testdata/hello")).arg(&dir))?;
        fs::write(dir.join("extra.c"), "int hello_extra;\n")?;
        let (rkbuild, headers) = (candidate::rkbuild(places)?, Headers::newest()?);
        let mut module = Module { rkbuild, headers, dir, flags: None, extra: false, level: 0, own: 0 };
        module.write_makefile()?;
        let mut tally = Tally::default();
        let mut random = Rng::with_seed(self.seed);
        let first = Change::new("first build", &["does not exist"]);
        tell("first build", &wrong(&module.build()?, &first), &mut tally);
        for round in 1..=self.rounds {
            // Whatever the step of the file system's clock: what changes now is later than what was built.
            std::thread::sleep(std::time::Duration::from_millis(20));
            let change = module.change(&mut random, round)?;
            tell(&format!("{round}: {}", change.what), &wrong(&module.build()?, &change), &mut tally);
        }
        Ok(tally)
    }
}

impl Module {
    fn build(&self) -> Result<Output> {
        let mut command = Command::new(&self.rkbuild);
        command.arg("--explain").arg("-C").arg(&self.headers.dir).arg(format!("M={}", self.dir.display()));
        command.args(self.flags.iter().map(|flags| format!("KCFLAGS={flags}"))).arg("modules");
        command.args(self.extra.then_some("CONFIG_HELLO_EXTRA=y"));
        let out = command
            .current_dir(&self.dir)
            .env_clear()
            .env("PATH", SYSTEM_PATH)
            .env("LC_ALL", "C")
            .output()?;
        ensure!(out.status.success(), "{}\n{}", out.status, String::from_utf8_lossy(&out.stderr));
        Ok(out)
    }

    fn append(&self, name: &str, text: &str) -> Result<()> {
        let path = self.dir.join(name);
        let mut now = fs::read_to_string(&path).with_context(|| name.to_string())?;
        now.push_str(text);
        Ok(fs::write(path, now)?)
    }

    /// The makefile, as the state of the module has it. Gives the line of the last flag of each kind.
    fn write_makefile(&self) -> Result<(usize, usize)> {
        let (level, own) = (self.level, self.own);
        let text = format!("{MAKEFILE}ccflags-y += -DLEVEL={level}\nCFLAGS_main.o += -DOWN={own}\n");
        fs::write(self.dir.join("Makefile"), &text)?;
        let lines = text.lines().count();
        Ok((lines - 1, lines))
    }

    /// Changes something.
    fn change(&mut self, random: &mut Rng, round: usize) -> Result<Change> {
        let mut one_of = |names: &[&'static str]| random.choice(names.iter().copied()).unwrap_or_default();
        Ok(
            match one_of(&[
                "edit", "level", "own", "delete", "record", "flags", "flags", "extra", "order", "nothing",
            ]) {
                "edit" => {
                    let name = one_of(&["greet.h", "main.c", "greet.c"]);
                    self.append(name, &format!("/* {round} */\n"))?;
                    Change::new(format!("{name} edited"), &[&format!("{name} is newer")])
                }
                "level" => {
                    let before = self.level;
                    self.level += 1;
                    let (line, _) = self.write_makefile()?;
                    flag_changed("LEVEL", (before, self.level), "ccflags-y", line)
                }
                "own" => {
                    let before = self.own;
                    self.own += 1;
                    let (_, line) = self.write_makefile()?;
                    flag_changed("OWN", (before, self.own), "CFLAGS_main.o", line)
                }
                "delete" => {
                    let name = one_of(&["main.o", "greet.o", "hello.o", "hello.ko", "hello.mod.o"]);
                    fs::remove_file(self.dir.join(name))?;
                    let own = format!("{name}: it does not exist");
                    Change::new(format!("{name} deleted"), &[&own, &format!("{name} does not exist")])
                }
                "record" => {
                    let name = one_of(&["main.o", "greet.o", "hello.o", "hello.ko"]);
                    fs::remove_file(self.dir.join(format!(".{name}.cmd")))?;
                    let own = format!("{name}: there is no record of its command");
                    let root = format!("there is no record of the command of {name}");
                    Change::new(format!(".{name}.cmd deleted"), &[&own, &root])
                }
                "flags" => {
                    let now = format!("-DROUND={round}");
                    let root = match self.flags.replace(now.clone()) {
                        Some(before) => format!("{before} → {now} (KCFLAGS, command line)"),
                        None => format!("{now} is new (KCFLAGS, command line)"),
                    };
                    Change::new(format!("KCFLAGS={now}"), &[&root])
                }
                "extra" => {
                    self.extra = !self.extra;
                    // Otherwise it may be there still, made with other flags.
                    for name in ["extra.o", ".extra.o.cmd"] {
                        let _ = fs::remove_file(self.dir.join(name));
                    }
                    let option = format!("CONFIG_HELLO_EXTRA={}", if self.extra { "y" } else { "n" });
                    Change::new(option, &["(hello-$(CONFIG_HELLO_EXTRA), Makefile:3)"])
                }
                "order" => {
                    fs::remove_file(self.dir.join("modules.order"))?;
                    let roots = ["modules.order: it does not exist", "modules.order does not exist"];
                    Change::new("modules.order deleted", &roots)
                }
                _ => match self.flags.take() {
                    Some(before) => Change::new("KCFLAGS taken away", &[&format!("{before} is gone")]),
                    None => Change::new("nothing", &[]),
                },
            },
        )
    }
}

/// A macro of a variable of the makefile has another value.
fn flag_changed(name: &str, values: (usize, usize), variable: &str, line: usize) -> Change {
    let root = format!("-D{name}={} → -D{name}={} ({variable}, Makefile:{line})", values.0, values.1);
    Change::new(format!("{variable} changed"), &[&root])
}

/// The reasons that do not name what was changed. What is phony runs each time and is not asked.
fn wrong(out: &Output, change: &Change) -> Vec<String> {
    let err = String::from_utf8_lossy(&out.stderr);
    let reasons = err.lines().filter_map(|line| line.strip_prefix("rkbuild: "));
    let reasons: Vec<&str> = reasons.filter(|reason| !reason.ends_with(": it is phony")).collect();
    if change.roots.is_empty() != reasons.is_empty() {
        return vec![format!("{} commands were explained", reasons.len())];
    }
    let unnamed = |reason: &&&str| !change.roots.iter().any(|root| reason.contains(root.as_str()));
    reasons.iter().filter(unnamed).map(|reason| (*reason).to_string()).collect()
}

fn tell(what: &str, wrong: &[String], tally: &mut Tally) {
    *if wrong.is_empty() { &mut tally.passed } else { &mut tally.failed } += 1;
    println!("{what}: {}", if wrong.is_empty() { "the root is named" } else { "WRONG" });
    for reason in wrong {
        println!("   {reason}");
    }
}

/// The same few rounds each time.
pub fn check(places: &Places) -> Result<Tally> {
    Why { rounds: 12, seed: 1 }.run(places)
}
