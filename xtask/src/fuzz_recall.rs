//! `cargo xtask fuzz-recall`: random trees of makefiles, changed at random between runs, built by GNU make and by rkbuild with recall,
//! each in a copy of its own that takes turns at one path.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use bstr::ByteSlice;
use fastrand::Rng;
use filetime::FileTime;

use crate::forest::Forest;
use crate::machine::quiet;
use crate::oracle::Tally;
use crate::places::{Places, SYSTEM_PATH};
use crate::process::{self, Ending};
use crate::reference::{self, Release};
use crate::snapshot::Snapshot;
use crate::sources::clear;
use crate::tamper::Change;

/// No run of such a tree needs more.
const LIMIT: Duration = Duration::from_secs(60);

/// More than a step of the file system's clock: what is made after it has another time.
const TICK: Duration = Duration::from_millis(12);

/// The words rkbuild's counts begin with, which it prints last to standard error.
const COUNTS: &str = "sessions evaluated ";

/// Arguments of a run.
const ARGUMENTS: [&str; 18] = [
    "",
    "",
    "",
    "-k",
    "-s",
    "-j3",
    "-j2 -k",
    "all extra",
    "extra",
    "-w",
    "FOO=cmd",
    "-r",
    "clean",
    "clean all",
    "-i",
    "-C src/..",
    "--no-print-directory",
    "V=1 K=2",
];

/// What to do.
pub struct FuzzRecall {
    /// Tree number n follows from the seed plus n.
    pub seed: u64,
    /// Ends with whichever comes first.
    pub rounds: Option<usize>,
    pub time: Option<Duration>,
    /// rkbuild.
    pub program: PathBuf,
    /// How many trees are built at a time.
    pub jobs: usize,
}

/// One of the two makes, with its copy of the tree and the directory that leads to it, while the other has its turn.
struct Side {
    tree: PathBuf,
    bin: PathBuf,
    remembers: bool,
}

/// What is to be seen of one run.
struct Seen {
    ending: Ending,
    out: Vec<u8>,
    err: Vec<u8>,
    files: Snapshot,
    /// Sessions that were evaluated and given, where that is counted.
    counts: Option<(usize, usize)>,
}

/// One run: what is changed before it, and what make is called with.
struct Round {
    changes: Vec<Change>,
    arguments: &'static str,
    variables: Vec<(&'static str, String)>,
    /// Both outputs go to one file.
    together: bool,
}

/// What came of a tree.
#[derive(Default)]
struct Outcome {
    rounds: usize,
    evaluated: usize,
    given: usize,
    /// The seed, the makefiles, the runs and what differs.
    told: Option<String>,
}

#[derive(Default)]
struct Work {
    trees: u64,
    rounds: usize,
    evaluated: usize,
    given: usize,
    once: usize,
    tally: Tally,
}

fn lock(work: &Mutex<Work>) -> MutexGuard<'_, Work> {
    work.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FuzzRecall {
    /// Goes on until the rounds or the time are over; prints each difference, and the sums. Counted are trees.
    pub fn run(&self, places: &Places) -> Result<Tally> {
        let reference = reference::program(places, Release::V441)?;
        let kept = places.cached("fuzz-recall")?;
        let top = tempfile::Builder::new().prefix("recall.").tempdir()?;
        let start = Instant::now();
        let work = Mutex::new(Work::default());
        let next = || {
            let mut work = lock(&work);
            let over = self.rounds.is_some_and(|rounds| work.rounds >= rounds)
                || self.time.is_some_and(|time| start.elapsed() >= time);
            work.trees += 1;
            (!over).then(|| self.seed.wrapping_add(work.trees - 1))
        };
        let worker = |number: usize| -> Result<()> {
            let place = Place::new(&top.path().join(number.to_string()), &reference, &self.program)?;
            while let Some(seed) = next() {
                let first = place.grow(seed)?;
                let again = if first.told.is_some() { place.grow(seed)? } else { Outcome::default() };
                let mut work = lock(&work);
                work.rounds += first.rounds;
                work.evaluated += first.evaluated;
                work.given += first.given;
                match (first.told, again.told) {
                    (None, _) => work.tally.passed += 1,
                    // What is done in one tick of the clock, or in two.
                    (Some(_), None) => {
                        work.tally.passed += 1;
                        work.once += 1;
                    }
                    (Some(_), Some(told)) => {
                        work.tally.failed += 1;
                        println!("{told}");
                        place.keep(&kept.join(seed.to_string()), &told)?;
                    }
                }
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let worker = &worker;
            let workers: Vec<_> =
                (0..self.jobs.max(1)).map(|number| scope.spawn(move || worker(number))).collect();
            workers.into_iter().try_for_each(|worker| {
                worker.join().map_err(|_| anyhow!("a worker of fuzz-recall panicked"))?
            })
        })?;
        let work = work.into_inner().unwrap_or_else(PoisonError::into_inner);
        println!(
            "{} trees, {} rounds in {:.0} s, seed {}: {} trees differ, {} did so only once; {} sessions evaluated, {} given",
            work.tally.passed + work.tally.failed,
            work.rounds,
            start.elapsed().as_secs_f64(),
            self.seed,
            work.tally.failed,
            work.once,
            work.evaluated,
            work.given
        );
        Ok(work.tally)
    }
}

/// Where the trees of one worker are built.
struct Place {
    top: PathBuf,
    sides: [Side; 2],
}

impl Place {
    fn new(top: &Path, reference: &Path, program: &Path) -> Result<Place> {
        let side = |name: &str, program: &Path, remembers| -> Result<Side> {
            let bin = top.join(format!("bin-{name}"));
            fs::create_dir_all(&bin)?;
            symlink(fs::canonicalize(program)?, bin.join("make"))?;
            Ok(Side { tree: top.join(format!("tree-{name}")), bin, remembers })
        };
        let sides = [side("reference", reference, false)?, side("rkbuild", program, true)?];
        Ok(Place { top: top.to_path_buf(), sides })
    }

    /// Makes a tree, and builds and changes it until a round differs or all are done.
    fn grow(&self, seed: u64) -> Result<Outcome> {
        let mut random = Rng::with_seed(seed);
        let forest = Forest::random(&mut random)?;
        clear(&self.top.join("cache"))?;
        for side in &self.sides {
            clear(&side.tree)?;
            forest.write(&side.tree)?;
        }
        let mut outcome = Outcome::default();
        let mut tree = Snapshot::take(&self.top.join("tree-reference"), None)?;
        let mut round = Round {
            changes: Vec::new(),
            arguments: random.choice(["", "", "", "-k"]).unwrap_or_default(),
            variables: Vec::new(),
            together: random.u8(..3) == 0,
        };
        let mut history = String::new();
        for number in 0..random.usize(6..16) {
            round.changes.clear();
            // Often nothing changes.
            match random.u8(..100) {
                _ if number == 0 => {}
                0..50 => round.changes = Change::random(&mut random, &tree),
                50..57 => {
                    let name = random.choice(["FOO", "BAR", "K"]).unwrap_or_default();
                    round.variables.retain(|(other, _)| *other != name);
                    if random.u8(..3) > 0 {
                        round.variables.push((name, random.u8(..3).to_string()));
                    }
                }
                57..67 => round.arguments = random.choice(ARGUMENTS).unwrap_or_default(),
                _ => {}
            }
            history += &format!("make {} {:?} {:?}\n", round.arguments, round.variables, round.changes);
            let parallel = round.arguments.starts_with("-j");
            let (first, second) = self.turn(&round)?;
            outcome.rounds += 1;
            let (evaluated, given) = second.counts.unwrap_or_default();
            outcome.evaluated += evaluated;
            outcome.given += given;
            // What jobs side by side have done when one fails is anybody's guess.
            if parallel && !first.ending.is_success() {
                break;
            }
            let differences = first.differences(&second, parallel);
            if !differences.is_empty() {
                outcome.told = Some(format!(
                    "seed {seed}\n{}\n{history}{}\nGNU make: {}rkbuild: {}",
                    forest.text(),
                    differences.join("\n"),
                    first.text(),
                    second.text()
                ));
                break;
            }
            tree = first.files;
        }
        Ok(outcome)
    }

    /// Lets both do one round, each in its own copy, at the same path.
    fn turn(&self, round: &Round) -> Result<(Seen, Seen)> {
        let now = self.tick()?;
        let [first, second] = &self.sides;
        Ok((self.see(first, round, now)?, self.see(second, round, now)?))
    }

    /// The time of the file system's clock.
    fn tick(&self) -> Result<FileTime> {
        std::thread::sleep(TICK);
        let file = self.top.join("tick");
        fs::write(&file, "")?;
        Ok(FileTime::from_last_modification_time(&file.metadata()?))
    }

    fn see(&self, side: &Side, round: &Round, now: FileTime) -> Result<Seen> {
        let (tree, bin) = (self.top.join("w"), self.top.join("bin"));
        fs::rename(&side.tree, &tree)?;
        fs::rename(&side.bin, &bin)?;
        for change in &round.changes {
            change.apply(&tree, now);
        }
        self.tick()?;
        let (out, err) = (self.top.join("out"), self.top.join("err"));
        let at = |dir: &str| tree.join(dir).display().to_string();
        let path = format!("{}:{}:{}:{SYSTEM_PATH}", bin.display(), at("tools1"), at("tools2"));
        let to = File::create(&out)?;
        let mut command = Command::new(bin.join("make"));
        command.args(round.arguments.split_whitespace()).current_dir(&tree).env_clear().env("PATH", path);
        command.env("LC_ALL", "C").env("HOME", &self.top).env("XDG_CACHE_HOME", self.top.join("cache"));
        command.env("RKBUILD_RECALL", "on").envs(round.variables.iter().map(|(n, v)| (n, v)));
        if side.remembers {
            command.arg("--stats");
        }
        command.stderr(if round.together { to.try_clone()? } else { File::create(&err)? });
        command.stdin(Stdio::null()).stdout(to);
        let (ending, _) = process::run(&mut command, LIMIT)?;
        let mut seen = Seen {
            ending,
            out: fs::read(&out)?,
            err: if round.together { Vec::new() } else { fs::read(&err)? },
            files: Snapshot::take(&tree, None)?,
            counts: None,
        };
        seen.files.forget_times();
        if side.remembers {
            seen.counts = take_counts(if round.together { &mut seen.out } else { &mut seen.err });
        }
        fs::rename(&tree, &side.tree)?;
        fs::rename(&bin, &side.bin)?;
        Ok(seen)
    }

    /// Keeps both copies as they are after the difference, and what is told of it.
    fn keep(&self, dir: &Path, told: &str) -> Result<()> {
        clear(dir)?;
        fs::create_dir_all(dir)?;
        fs::write(dir.join("told"), told).with_context(|| format!("{}", dir.display()))?;
        self.sides.iter().try_for_each(|side| quiet(Command::new("cp").arg("-a").arg(&side.tree).arg(dir)))
    }
}

/// Takes the counts off the end of a text.
fn take_counts(text: &mut Vec<u8>) -> Option<(usize, usize)> {
    let at = text.rfind(COUNTS)?;
    let counts = text.split_off(at);
    let mut numbers = counts.lines().map(|line| line.rsplit_str(" ").next()?.to_str().ok()?.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

impl Seen {
    fn differences(&self, other: &Seen, parallel: bool) -> Vec<String> {
        let mut found = Vec::new();
        if self.ending != other.ending {
            found.push(format!("exit status: {} / {}", self.ending, other.ending));
        }
        let lines = |text: &[u8]| {
            let mut lines: Vec<Vec<u8>> = text.lines().map(<[u8]>::to_vec).collect();
            if parallel {
                lines.sort();
            }
            lines
        };
        if lines(&self.out) != lines(&other.out) {
            found.push("standard output differs".into());
        }
        if lines(&self.err) != lines(&other.err) {
            found.push("standard error differs".into());
        }
        found.extend(self.files.differences(&other.files).iter().map(|difference| difference.to_string()));
        found
    }

    fn text(&self) -> String {
        format!(
            "{}\n{}--- standard error\n{}---\n",
            self.ending,
            self.out.to_str_lossy(),
            self.err.to_str_lossy()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_taken_off_the_end() {
        let mut text = b"a\nsessions evaluated   3\nsessions given      12\nfacts known 7\n".to_vec();
        assert_eq!(take_counts(&mut text), Some((3, 12)));
        assert_eq!(text, b"a\n");
        assert_eq!(take_counts(&mut text), None);
    }
}
