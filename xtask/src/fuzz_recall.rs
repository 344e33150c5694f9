//! `cargo xtask fuzz-recall`: random trees of makefiles, changed at random between runs, built by GNU make and by rkbuild with recall,
//! each in a copy of its own that takes turns at one path.

use std::collections::BTreeMap;
use std::fmt;
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

/// How many of the reasons why sessions are not remembered are shown.
const MOST_REASONS: usize = 20;

/// After so many rounds a line says how far it is.
const STEP: usize = 500;

/// More than a step of the file system's clock: what is made after it has another time.
const TICK: Duration = Duration::from_millis(12);

/// The words rkbuild's counts begin with, which it prints last to standard error.
const COUNTS: &str = "sessions evaluated ";

/// PATH of a run, after the directory of make itself: `^` is the tree.
const SEARCHES: [&str; 6] = [
    "^/tools1:^/tools2:",
    "^/tools2:^/tools1:",
    "^/tools2:",
    "^/no:^/tools1:^/tools2:^/tools:",
    "src:^/tools1::^/tools2:",
    "",
];

/// Variables of the environment that come and go, with their values.
const VARIABLES: [(&str, &[&str]); 11] = [
    ("FOO", &["0", "1", "2"]),
    ("BAR", &["0", "1", "a b"]),
    ("K", &["0", "1"]),
    ("CPATH", &["src", "src2", "../src2"]),
    ("SHLVL", &["1", "2"]),
    ("_", &["/bin/x"]),
    ("SSH_TTY", &["/dev/pts/1"]),
    ("MAKEFLAGS", &["k", "s", " -- FOO=flags"]),
    ("CONFIG_A", &["env"]),
    ("CONFIG_D", &["y", "env"]),
    ("LC_ALL", &["C.UTF-8"]),
];

/// Arguments of a run.
const ARGUMENTS: [&str; 27] = [
    "CONFIG_A=cmd",
    "-e",
    "",
    "",
    "",
    "-k",
    "-s",
    "-j3",
    "-j2 -k",
    "-j3 -O",
    "-j2 -Oline -w",
    "-j2 -Orecurse -k",
    "-O",
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
    "extra all",
    "-k all extra",
    "psub all",
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
    /// What rkbuild counted.
    counts: Option<Told>,
}

/// What rkbuild tells at the end of a run.
#[derive(Debug, Default, PartialEq)]
struct Told {
    /// Sessions.
    evaluated: usize,
    given: usize,
    /// Why sessions are not remembered, and how many.
    reasons: Vec<(String, usize)>,
}

/// One run: what is changed before it, and what make is called with.
struct Round {
    changes: Vec<Change>,
    arguments: &'static str,
    variables: Vec<(&'static str, &'static str)>,
    search: &'static str,
    /// No time passes between the change and the run.
    at_once: bool,
    /// Both outputs go to one file.
    together: bool,
}

/// What was done, and how much of it was given.
#[derive(Clone, Default)]
struct Counts {
    rounds: usize,
    /// Runs of which nothing was evaluated, and those of which something was given and something evaluated.
    whole: usize,
    partly: usize,
    evaluated: usize,
    given: usize,
    /// How often something of each kind was changed after a run that was given whole: what could have fooled recall.
    changes: BTreeMap<&'static str, usize>,
    reasons: BTreeMap<String, usize>,
}

impl Counts {
    fn add(&mut self, other: &Counts) {
        self.rounds += other.rounds;
        self.whole += other.whole;
        self.partly += other.partly;
        self.evaluated += other.evaluated;
        self.given += other.given;
        for (kind, count) in &other.changes {
            *self.changes.entry(kind).or_default() += count;
        }
        for (why, count) in &other.reasons {
            *self.reasons.entry(why.clone()).or_default() += count;
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { rounds, whole, partly, evaluated, given, changes, reasons } = self;
        writeln!(
            f,
            "{rounds} rounds: {whole} runs given whole, {partly} in part; {evaluated} sessions evaluated, {given} given"
        )?;
        let all: usize = changes.values().sum();
        let each: Vec<String> = changes.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        write!(f, "{all} changes after a run that was given whole: {}", each.join(", "))?;
        let mut reasons: Vec<(&String, &usize)> = reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        reasons
            .iter()
            .take(MOST_REASONS)
            .try_for_each(|(why, count)| write!(f, "\n{count:>6} not remembered: {why}"))
    }
}

/// What came of a tree.
#[derive(Default)]
struct Outcome {
    counts: Counts,
    /// The seed, the makefiles, the runs and what differs.
    told: Option<String>,
}

#[derive(Default)]
struct Work {
    trees: u64,
    counts: Counts,
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
            let over = self.rounds.is_some_and(|rounds| work.counts.rounds >= rounds)
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
                let before = work.counts.rounds;
                work.counts.add(&first.counts);
                if before / STEP != work.counts.rounds / STEP {
                    let (next, done) = (self.seed.wrapping_add(work.trees), work.counts.rounds);
                    let Work { once, tally, .. } = &*work;
                    println!(
                        "{done} rounds, {} trees differ, {once} did so only once; --seed {next} goes on from here",
                        tally.failed
                    );
                }
                match (first.told, again.told) {
                    (None, _) => work.tally.passed += 1,
                    // What is done in one tick of the clock, or in two.
                    (Some(told), None) => {
                        work.tally.passed += 1;
                        work.once += 1;
                        let dir = kept.join(format!("{seed}.once"));
                        fs::create_dir_all(&dir)?;
                        fs::write(dir.join("told"), told)?;
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
            "{} trees in {:.0} s, seed {}: {} trees differ, {} did so only once\n{}",
            work.tally.passed + work.tally.failed,
            start.elapsed().as_secs_f64(),
            self.seed,
            work.tally.failed,
            work.once,
            work.counts
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
            search: SEARCHES[0],
            at_once: false,
            together: random.u8(..3) == 0,
        };
        let mut history = String::new();
        let mut same = 0;
        let mut whole = false;
        for number in 0..random.usize(10..26) {
            round.changes.clear();
            let mut kinds: Vec<&'static str> = Vec::new();
            // It takes a run after the one that builds to remember, and one more to see whether that is given.
            if number == 0 || same > 0 {
                same = if number == 0 { 2 } else { same - 1 };
            } else {
                same = random.choice([0, 0, 1, 2, 2, 2, 3]).unwrap_or_default();
                kinds = round.change(&mut random, &tree);
            }
            round.at_once = random.u8(..4) == 0;
            history += &round.text();
            let parallel = round.arguments.starts_with("-j");
            let (first, second) = self.turn(&round)?;
            let counts = &mut outcome.counts;
            counts.rounds += 1;
            let told = second.counts.as_ref();
            let (evaluated, given) = told.map_or((1, 0), |told| (told.evaluated, told.given));
            for (why, count) in told.iter().flat_map(|told| &told.reasons) {
                *counts.reasons.entry(why.clone()).or_default() += count;
            }
            if whole {
                kinds.into_iter().for_each(|kind| *counts.changes.entry(kind).or_default() += 1);
            }
            whole = evaluated == 0;
            counts.whole += usize::from(whole);
            counts.partly += usize::from(!whole && given > 0);
            counts.evaluated += evaluated;
            counts.given += given;
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
        // What was built before has another time than what is changed now.
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
        if !round.at_once {
            self.tick()?;
        }
        let (out, err) = (self.top.join("out"), self.top.join("err"));
        let search = round.search.replace('^', &tree.display().to_string());
        let path = format!("{}:{search}{SYSTEM_PATH}", bin.display());
        let to = File::create(&out)?;
        let mut command = Command::new(bin.join("make"));
        command.args(round.arguments.split_whitespace()).current_dir(&tree).env_clear().env("PATH", path);
        command
            .env("LC_ALL", "C")
            .env("HOME", &self.top)
            .env("TMPDIR", &self.top)
            .env("XDG_CACHE_HOME", self.top.join("cache"));
        command.env("RKBUILD_RECALL", "on").envs(round.variables.iter().copied());
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
fn take_counts(text: &mut Vec<u8>) -> Option<Told> {
    let at = text.rfind(COUNTS)?;
    let counts = text.split_off(at);
    let mut told = Told::default();
    let mut numbers = counts.lines().map(|line| line.rsplit_str(" ").next()?.to_str().ok()?.parse().ok());
    (told.evaluated, told.given) = (numbers.next()??, numbers.next()??);
    for line in counts.lines().filter_map(|line| line.strip_prefix(b"not remembered: ")?.to_str().ok()) {
        let (count, why) = line.trim_start().split_once(' ')?;
        told.reasons.push((kind_of_reason(why.trim_start()), count.parse().ok()?));
    }
    Some(told)
}

/// A line without the names of a jobserver and of the file that is locked for `-O`, which are others in each run. Recipes may
/// have made their letters large.
fn without_names(line: &[u8]) -> Vec<u8> {
    ["/gmfifo", "--sync-mutex=fnm:"].into_iter().fold(line.to_vec(), |line, word| {
        let Some(at) = line.to_ascii_lowercase().find(word) else { return line };
        let (before, name) = line.split_at(at);
        let end = name.find_byteset(b" '\"").unwrap_or(name.len());
        [before, name.get(end..).unwrap_or_default()].concat()
    })
}

/// A reason without what is only said of one tree: numbers, and directories of paths.
fn kind_of_reason(why: &str) -> String {
    let word = |word: &str| {
        let name = word.rsplit('/').next().unwrap_or_default();
        name.chars().filter(|c| !c.is_ascii_digit()).collect::<String>()
    };
    why.split(' ').take(9).map(word).collect::<Vec<_>>().join(" ")
}

impl Round {
    /// Changes something; gives the kinds.
    fn change(&mut self, random: &mut Rng, tree: &Snapshot) -> Vec<&'static str> {
        match random.u8(..100) {
            0..70 => {
                self.changes = Change::random(random, tree);
                self.changes.iter().map(Change::kind).collect()
            }
            70..80 => {
                let (name, values) = random.choice(VARIABLES).unwrap_or(("FOO", &["0"]));
                self.variables.retain(|(other, _)| *other != name);
                if random.u8(..3) > 0 {
                    self.variables.push((name, random.choice(values).unwrap_or(&"")));
                }
                vec!["variable"]
            }
            80..88 => {
                self.search = random.choice(SEARCHES).unwrap_or_default();
                vec!["PATH"]
            }
            _ => {
                self.arguments = random.choice(ARGUMENTS).unwrap_or_default();
                vec!["arguments"]
            }
        }
    }

    fn text(&self) -> String {
        let Round { changes, arguments, variables, search, at_once, together } = self;
        let at_once = if *at_once { " at once" } else { "" };
        let together = if *together { " 2>&1" } else { "" };
        format!("make {arguments}{together} {variables:?} PATH={search} {changes:?}{at_once}\n")
    }
}

impl Seen {
    fn differences(&self, other: &Seen, parallel: bool) -> Vec<String> {
        let mut found = Vec::new();
        if self.ending != other.ending {
            found.push(format!("exit status: {} / {}", self.ending, other.ending));
        }
        let lines = |text: &[u8]| {
            let mut lines: Vec<Vec<u8>> = text.lines().map(without_names).collect();
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
    fn names_that_differ_in_each_run_are_left_out_whatever_a_recipe_made_of_them() {
        let line = "-j3 -O --jobserver-auth=fifo:/t/GMfifo12ab --sync-mutex=fnm:/t/GmAb3dEf -k";
        for line in [line.to_string(), line.replace("GMfifo", "GMFIFo")] {
            assert_eq!(without_names(line.as_bytes()), b"-j3 -O --jobserver-auth=fifo:/t  -k");
        }
    }

    #[test]
    fn counts_are_taken_off_the_end() {
        let mut text =
            b"a\nsessions evaluated   3\nsessions given      12\nnot remembered:     4  /a/b1 was changed\n"
                .to_vec();
        let reasons = vec![("b was changed".to_string(), 4)];
        assert_eq!(take_counts(&mut text), Some(Told { evaluated: 3, given: 12, reasons }));
        assert_eq!(text, b"a\n");
        assert_eq!(take_counts(&mut text), None);
    }
}
