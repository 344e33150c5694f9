//! `cargo xtask faults`: what is left when something goes wrong, under GNU make 4.4.1 and under rkbuild, native and not.
//!
//! Builds are interrupted, killed, and run short of descriptors, memory, a file system; what counts is the exit status, the
//! files afterwards, and what a build that is resumed makes of them: GNU make never takes a half-made file for an up-to-date
//! one, and rkbuild may not either. A fault is one of two kinds ([`How`]): a script whose output must be the same under all
//! programs, or rounds at random moments of which so many may go wrong. Each file beside this one holds a list of them.

mod commands;
mod interrupt;
mod kernel;
mod killed;
mod limits;
mod surroundings;
mod tree;

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bstr::ByteSlice;
use fastrand::Rng;

use crate::candidate::Variant;
use crate::explain;
use crate::machine;
use crate::oracle::Tally;
use crate::places::{Places, SYSTEM_PATH};
use crate::process::{self, Ending};
use crate::reference::{self, Release};
use crate::sources::clear;

/// How long a script, or one make of a round, may take.
const LIMIT: Duration = Duration::from_secs(300);

/// The file in a scene's directory that says how long a build takes that is left alone, in microseconds.
const LENGTH: &str = "length";

/// One thing that goes wrong.
pub(crate) struct Fault {
    pub name: &'static str,
    /// Part of `cargo xtask test`; in [`How::Rounds`] with so many rounds.
    pub short: bool,
    /// Only root can bring it about.
    pub root: bool,
    pub how: How,
}

/// How a fault is brought about and judged.
pub(crate) enum How {
    /// A bash script, run in an empty directory. `$MAKE` is the program; what the script prints and its exit status must be
    /// the same with all of them. So it prints what matters and nothing that depends on the moment.
    Script(&'static str),
    /// Rounds in one directory, which differ by what the generator gives.
    Rounds(Rounds),
}

/// A fault at random moments.
pub(crate) struct Rounds {
    /// How many, if the command line does not say.
    pub count: usize,
    /// How many as part of `cargo xtask test`.
    pub short: usize,
    /// Of how many rounds one may be wrong.
    pub bar: Bar,
    /// One round; what is wrong. The directory is empty before the first.
    pub round: fn(&Scene, &mut Rng) -> Result<Vec<Wrong>>,
}

/// Something that is wrong after a round.
pub(crate) struct Wrong {
    /// What: a file, mostly.
    pub thing: String,
    pub why: String,
}

/// How many rounds may be wrong.
#[derive(Clone, Copy)]
pub(crate) enum Bar {
    None,
    /// One in so many.
    OneIn(usize),
    /// So many things in all as with GNU make killed at the same moments, but for chance: three standard deviations of the
    /// difference of two counts.
    Reference,
}

/// Where a fault is brought about, and with what.
pub(crate) struct Scene {
    /// The directory; empty at first.
    pub dir: PathBuf,
    /// The program, through a link named `make`.
    pub make: PathBuf,
    pub places: Places,
    /// How long GNU make's build took, in microseconds, where what it leaves is the bar: whoever kills a build does not wait
    /// longer because the program is slower, so both meet the same moments.
    pub length: Option<u64>,
    environment: Vec<(&'static str, &'static str)>,
}

/// Which faults to go through, and how.
pub struct Faults {
    /// Texts the name of a fault must contain one of; none means all.
    pub only: Vec<String>,
    pub variants: Vec<Variant>,
    pub rounds: Option<usize>,
    pub seed: u64,
    /// Only those that are part of `cargo xtask test`, with few rounds.
    pub short: bool,
    /// Faults at a time.
    pub at_once: usize,
}

/// What came of a fault under one program.
struct Outcome {
    /// Of a script.
    text: String,
    ending: Ending,
    /// Of rounds: the number of each that was wrong, with what was.
    wrong: Vec<(usize, Vec<Wrong>)>,
}

impl Outcome {
    fn things(&self) -> impl Iterator<Item = &Wrong> {
        self.wrong.iter().flat_map(|(_, things)| things)
    }
}

impl Faults {
    /// Goes through all faults; prints a line for each program of each, and more of those that are not as they must be.
    pub fn run(&self, places: &Places) -> Result<Tally> {
        machine::install(&["bash", "util-linux"])?;
        let gnu = Variant::plain("make", &reference::program(places, Release::V441)?);
        let root = places.cached("faults")?;
        let faults: Vec<&Fault> = all().filter(|fault| self.wants(fault)).collect();
        let next = AtomicUsize::new(0);
        let tally = Mutex::new(Tally::default());
        let worker = || {
            while let Some(fault) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
                let start = Instant::now();
                let name = fault.name.replace(' ', "-");
                // Another xtask may be at other faults.
                let lock = places.lock(&format!("faults-{name}"));
                let (right, mut text) = match &lock {
                    // Root's cache is root's, and such faults have other users, who must get there.
                    Ok(_) if fault.root => within_reach(|dir| self.judge(places, fault, &gnu, dir)),
                    Ok(_) => self.judge(places, fault, &gnu, &root.join(name)),
                    Err(e) => (0, format!("   {e:#}\n")),
                };
                let _ = writeln!(text, "   {:.1} s", start.elapsed().as_secs_f64());
                let mut tally = tally.lock().unwrap_or_else(|e| e.into_inner());
                tally.passed += right;
                tally.failed += self.variants.len() - right;
                print!("{}\n{text}", fault.name);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.at_once.max(1) {
                scope.spawn(worker);
            }
        });
        Ok(tally.into_inner().unwrap_or_else(|e| e.into_inner()))
    }

    fn wants(&self, fault: &Fault) -> bool {
        let named = self.only.is_empty() || self.only.iter().any(|text| fault.name.contains(text.as_str()));
        let possible = !fault.root || machine::is_root();
        if named && !possible {
            println!("{}: left out, only root can bring it about", fault.name);
        }
        named && possible && (fault.short || !self.short)
    }

    /// How many variants are as they must be, and what is to be said of them.
    fn judge(&self, places: &Places, fault: &Fault, gnu: &Variant, dir: &Path) -> (usize, String) {
        let mut text = String::new();
        let reference = match self.bring_about(places, fault, gnu, dir, None) {
            Ok(outcome) => outcome,
            Err(e) => return (0, format!("   {}: {e:#}\n", gnu.name)),
        };
        let length = match &fault.how {
            How::Rounds(Rounds { bar: Bar::Reference, .. }) => {
                fs::read_to_string(dir.join("work").join(LENGTH)).ok()
            }
            _ => None,
        };
        let length = length.and_then(|text| text.parse().ok());
        let rounds = self.rounds_of(fault);
        if rounds > 0 {
            let (wrong, things) = (reference.wrong.len(), reference.things().count());
            let _ = writeln!(text, "   {}: {wrong} of {rounds} wrong, {things} things", gnu.name);
        }
        let mut right = 0;
        for variant in &self.variants {
            let outcome = match self.bring_about(places, fault, variant, dir, length) {
                Ok(outcome) => outcome,
                Err(e) => {
                    let _ = writeln!(text, "   {}: FAILED: {e:#}", variant.name);
                    continue;
                }
            };
            let (good, said) = match &fault.how {
                How::Script(_) => compared(&reference, &outcome),
                How::Rounds(r) => counted(r.bar, rounds, &reference, &outcome),
            };
            right += usize::from(good);
            let _ = writeln!(text, "   {}: {}{said}", variant.name, if good { "" } else { "FAILED: " });
        }
        (right, text)
    }

    /// 0 for a script.
    fn rounds_of(&self, fault: &Fault) -> usize {
        match &fault.how {
            How::Script(_) => 0,
            How::Rounds(r) => self.rounds.unwrap_or(if self.short { r.short } else { r.count }),
        }
    }

    fn bring_about(
        &self,
        places: &Places,
        fault: &Fault,
        program: &Variant,
        dir: &Path,
        length: Option<u64>,
    ) -> Result<Outcome> {
        clear(dir)?;
        let scene = Scene {
            dir: dir.join("work"),
            make: dir.join("bin/make"),
            places: places.clone(),
            length,
            environment: program.environment(Release::V441),
        };
        fs::create_dir_all(dir.join("bin"))?;
        fs::create_dir_all(&scene.dir)?;
        if fault.root {
            // Other users are to reach the program, too.
            fs::copy(&program.program, &scene.make)?;
        } else {
            std::os::unix::fs::symlink(fs::canonicalize(&program.program)?, &scene.make)?;
        }
        match &fault.how {
            How::Script(script) => {
                let out = dir.join("out");
                let mut cmd = scene.command("bash");
                cmd.args(["-c", script]);
                process::output_to(&mut cmd, &out)?;
                let (ending, _) = process::run(&mut cmd, LIMIT)?;
                let text = fs::read(&out)?.to_str_lossy().into_owned();
                Ok(Outcome { text, ending, wrong: Vec::new() })
            }
            How::Rounds(rounds) => {
                // Each program meets the same moments: parts of its own build's length, or of GNU make's.
                let mut rng = Rng::with_seed(self.seed ^ xxhash_rust::xxh3::xxh3_64(fault.name.as_bytes()));
                let mut wrong = Vec::new();
                for number in 0..self.rounds_of(fault) {
                    let things = (rounds.round)(&scene, &mut rng)?;
                    if !things.is_empty() {
                        wrong.push((number, things));
                    }
                }
                Ok(Outcome { text: String::new(), ending: Ending::Exit(0), wrong })
            }
        }
    }
}

impl Scene {
    /// A program with a known environment, in the scene's directory, whose signals do what they do by default: whoever
    /// runs this in the background makes it ignore Ctrl-C.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut cmd = Command::new("env");
        cmd.args(["--default-signal=HUP,INT,QUIT,TERM,PIPE", "--"]).arg(program);
        cmd.current_dir(&self.dir).stdin(Stdio::null()).env_clear();
        cmd.env("PATH", SYSTEM_PATH).env("LC_ALL", "C").env("HOME", &self.dir).env("MAKE", &self.make);
        // What is remembered is none of the files that are looked at.
        cmd.env("XDG_CACHE_HOME", self.dir.with_file_name("cache"));
        cmd.envs(self.environment.iter().copied()).process_group(0);
        cmd
    }

    /// A moment to do something to a build that takes `own` microseconds.
    pub fn moment(&self, rng: &mut Rng, own: u64) -> Duration {
        Duration::from_micros(rng.u64(2_000..self.length.unwrap_or(own).max(10_000)))
    }

    /// Runs make to its end in the scene's directory; gives what it said, too.
    pub fn make(&self, args: &[&str]) -> Result<(Ending, String)> {
        let log = self.dir.with_file_name("make.log");
        let _ = fs::remove_file(&log);
        let mut cmd = self.command(&self.make);
        cmd.args(args);
        process::output_to(&mut cmd, &log)?;
        let mut child = cmd.spawn().context("cannot run env")?;
        let ending = process::wait(&mut child, LIMIT)?;
        Ok((ending, fs::read(&log)?.to_str_lossy().into_owned()))
    }
}

/// Does it in a temporary directory that every user can reach.
fn within_reach(judge: impl FnOnce(&Path) -> (usize, String)) -> (usize, String) {
    let open = |dir: &Path| fs::set_permissions(dir, fs::Permissions::from_mode(0o755));
    match tempfile::Builder::new().prefix("faults.").tempdir().and_then(|dir| open(dir.path()).map(|()| dir))
    {
        Ok(dir) => judge(&dir.path().join("fault")),
        Err(e) => (0, format!("   no temporary directory: {e}\n")),
    }
}

fn compared(reference: &Outcome, outcome: &Outcome) -> (bool, String) {
    let mut said = String::new();
    if reference.ending != outcome.ending {
        let _ = write!(said, "ends with {}, make with {}; ", outcome.ending, reference.ending);
    }
    if reference.text != outcome.text {
        let lines = explain::lines(reference.text.as_bytes(), outcome.text.as_bytes(), 30);
        let _ = write!(said, "not as make:\n{}", lines.trim_end());
    }
    if said.is_empty() { (true, "as make".into()) } else { (false, said) }
}

fn counted(bar: Bar, rounds: usize, reference: &Outcome, outcome: &Outcome) -> (bool, String) {
    let (wrong, things, of_make) =
        (outcome.wrong.len(), outcome.things().count(), reference.things().count());
    let (good, may) = match bar {
        Bar::None => (wrong == 0, "none may be".to_string()),
        Bar::OneIn(n) => (wrong <= rounds / n, format!("{} may be", rounds / n)),
        Bar::Reference => {
            let most = of_make + (3.0 * ((2 * of_make) as f64).sqrt()).ceil() as usize;
            (things <= most, format!("up to {most} things may be"))
        }
    };
    let mut said = format!("{wrong} of {rounds} wrong, {things} things; {may}");
    for (number, things) in outcome.wrong.iter().take(8) {
        let _ = write!(said, "\n      round {number}:");
        for wrong in things {
            let too = reference.things().any(|other| other.thing == wrong.thing);
            let _ =
                write!(said, " {} {}{};", wrong.thing, wrong.why, if too { " (with make too)" } else { "" });
        }
    }
    (good, said)
}

fn all() -> impl Iterator<Item = &'static Fault> {
    [
        commands::FAULTS,
        interrupt::FAULTS,
        kernel::FAULTS,
        killed::FAULTS,
        limits::FAULTS,
        surroundings::FAULTS,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_name_of_its_own() {
        let mut names: Vec<&str> = all().map(|fault| fault.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn the_cases_of_the_docs_are_faults() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/testing.md");
        let docs = fs::read_to_string(docs).unwrap();
        let (_, table) = docs.split_once("| case | what | fault |\n").unwrap();
        let rows = table.lines().skip(1).take_while(|line| line.starts_with('|'));
        let named: Vec<&str> = rows
            .map(|row| row.trim_end_matches(" |").rsplit("| ").next().unwrap().trim_matches('`'))
            .collect();
        assert!(named.len() > 15, "{named:?}");
        let unknown: Vec<&&str> =
            named.iter().filter(|name| !all().any(|fault| fault.name == **name)).collect();
        assert_eq!(unknown, Vec::<&&str>::new());
    }

    #[test]
    fn so_many_rounds_may_be_wrong() {
        let round = |number| (number, vec![Wrong { thing: "a".into(), why: "is empty".into() }]);
        let outcome = |wrong| Outcome {
            text: String::new(),
            ending: Ending::Exit(0),
            wrong: (0..wrong).map(round).collect(),
        };
        let right = |bar, reference, wrong| counted(bar, 300, &outcome(reference), &outcome(wrong)).0;
        assert!(right(Bar::None, 0, 0) && !right(Bar::None, 9, 1));
        assert!(right(Bar::OneIn(100), 0, 3) && !right(Bar::OneIn(100), 9, 4));
        assert!(right(Bar::Reference, 0, 0) && !right(Bar::Reference, 0, 1));
        assert!(right(Bar::Reference, 50, 80) && !right(Bar::Reference, 50, 81));
    }
}
