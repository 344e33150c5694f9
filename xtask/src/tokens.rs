//! `cargo xtask tokens`: rkbuild and GNU make below and above each other with one pool of tokens, and what is left of it.
//!
//! Every case is a chain of makes, each of which runs four jobs of its own and the next of the chain twice. The jobs log
//! when they begin and end, so the most that ran at once is known; afterwards the pool must hold the very tokens it had,
//! whatever happened: commands that fail, that are killed, Ctrl-C.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::fs::{CWD, FileType, Mode, OFlags};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::candidate::Variant;
use crate::machine;
use crate::oracle::Tally;
use crate::places::{Places, SYSTEM_PATH};
use crate::process::{self, Ending};
use crate::reference::{self, Release};
use crate::sources::clear;

/// How long a case may take; on an idle machine it is two seconds.
const LIMIT: Duration = Duration::from_secs(90);

/// The makefile of all makes of a chain. `CHAIN` names the programs to go on with.
const MAKEFILE: &str = "\
job = echo begin >>$(LOG); sleep 0.1; echo end >>$(LOG)
next := $(firstword $(CHAIN))
rest := $(wordlist 2,9,$(CHAIN))
all: j1 j2 bad j3 j4 $(if $(next),n1 n2)
j1 j2 j3 j4: ; @$(job)
bad: ; @$(BAD)
n1 n2: ; +@$(next) --no-print-directory -f chain.mk 'CHAIN=$(rest)'
count: all ; +@bash count.sh >left
.PHONY: all j1 j2 j3 j4 bad n1 n2 count
";

/// Counts the tokens in the pool of the make that runs it.
const COUNT: &str = include_str!("../data/count-tokens.sh");

/// Who holds the pool, and how it is passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pool {
    /// The first make of the chain makes it.
    OwnFifo,
    OwnPipe,
    /// It was there before.
    GivenFifo,
    GivenPipe,
}

/// What happens while the chain runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Nothing,
    /// A command fails; everybody stops.
    Fails,
    /// A command fails; everybody goes on (`-k`).
    FailsOn,
    /// A command is killed.
    Killed,
    /// Ctrl-C: SIGINT to the process group.
    Interrupted,
    /// SIGTERM to the first make alone.
    Terminated,
}

const POOLS: [Pool; 4] = [Pool::OwnFifo, Pool::OwnPipe, Pool::GivenFifo, Pool::GivenPipe];
const EVENTS: [Event; 6] =
    [Event::Nothing, Event::Fails, Event::FailsOn, Event::Killed, Event::Interrupted, Event::Terminated];

/// `r` is the program under test, `4` GNU make 4.4.1, `3` GNU make 4.3, which knows no fifo.
const CHAINS: [&str; 10] = ["r", "rr", "r4", "r3", "4r", "3r", "r4r", "4r4", "3r3", "r3r"];
const JOBS: [usize; 2] = [2, 4];

/// Which cases to go through.
pub struct Tokens {
    /// Texts the name of a case must contain one of; none means all.
    pub only: Vec<String>,
    pub variants: Vec<Variant>,
    /// Cases at a time.
    pub at_once: usize,
}

struct Case<'a> {
    chain: &'a str,
    pool: Pool,
    event: Event,
    jobs: usize,
}

impl Tokens {
    /// Goes through all cases; prints those that are not as they must be.
    pub fn run(&self, places: &Places) -> Result<Tally> {
        machine::install(&["bash"])?;
        let v441 = reference::program(places, Release::V441)?;
        let v43 = reference::program(places, Release::V43)?;
        let _lock = places.lock("tokens")?;
        let root = places.cached("tokens")?;
        let tally = Mutex::new(Tally::default());
        for variant in &self.variants {
            let cases: Vec<Case> = cases()
                .filter(|case| {
                    let name = case.name();
                    self.only.is_empty() || self.only.iter().any(|text| name.contains(text))
                })
                .collect();
            let next = AtomicUsize::new(0);
            let worker = || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(at) else { return };
                    let place = Place { dir: root.join(at.to_string()), variant, v441: &v441, v43: &v43 };
                    let wrong = case.run(&place).unwrap_or_else(|e| format!("   {e:#}\n"));
                    let mut tally = tally.lock().unwrap_or_else(|e| e.into_inner());
                    *if wrong.is_empty() { &mut tally.passed } else { &mut tally.failed } += 1;
                    if !wrong.is_empty() {
                        print!("{} ({}): WRONG\n{wrong}", case.name(), variant.name);
                    }
                }
            };
            std::thread::scope(|scope| {
                for _ in 0..self.at_once.max(1) {
                    scope.spawn(worker);
                }
            });
        }
        Ok(tally.into_inner().unwrap_or_else(|e| e.into_inner()))
    }
}

fn cases() -> impl Iterator<Item = Case<'static>> {
    let all = CHAINS.into_iter().flat_map(|chain| {
        POOLS.into_iter().flat_map(move |pool| {
            EVENTS
                .into_iter()
                .flat_map(move |event| JOBS.into_iter().map(move |jobs| Case { chain, pool, event, jobs }))
        })
    });
    all.filter(|case| case.is_possible())
}

/// Where a case is carried out, and by whom.
struct Place<'a> {
    dir: PathBuf,
    variant: &'a Variant,
    v441: &'a Path,
    v43: &'a Path,
}

impl Place<'_> {
    fn program(&self, letter: char) -> &Path {
        match letter {
            '4' => self.v441,
            '3' => self.v43,
            _ => &self.variant.program,
        }
    }
}

impl Case<'_> {
    fn name(&self) -> String {
        format!("{} {:?} {:?} -j{}", self.chain, self.pool, self.event, self.jobs)
    }

    fn is_possible(&self) -> bool {
        match self.pool {
            Pool::OwnFifo | Pool::GivenFifo => !self.chain.contains('3'),
            Pool::OwnPipe | Pool::GivenPipe => true,
        }
    }

    fn has_gnu(&self, place: &Place) -> bool {
        !place.variant.own || self.chain.contains(['3', '4'])
    }

    fn is_given(&self) -> bool {
        matches!(self.pool, Pool::GivenFifo | Pool::GivenPipe)
    }

    /// What is wrong, or nothing.
    fn run(&self, place: &Place) -> Result<String> {
        clear(&place.dir)?;
        let tmp = place.dir.join("tmp");
        fs::create_dir_all(&tmp)?;
        fs::write(place.dir.join("chain.mk"), MAKEFILE)?;
        fs::write(place.dir.join("count.sh"), COUNT)?;
        let pool = if self.is_given() { Some(self.fill(&place.dir.join("pool"))?) } else { None };
        let mut cmd = self.command(place, &tmp);
        process::output_to(&mut cmd, &place.dir.join("out"))?;
        let mut child = cmd.process_group(0).stdin(Stdio::null()).spawn().context("cannot run setsid")?;
        let pid = Pid::from_child(&child);
        let log = place.dir.join("log");
        if let Event::Interrupted | Event::Terminated = self.event {
            let since = Instant::now();
            let begun = || fs::read(&log).is_ok_and(|log| log.split(|b| *b == b'\n').count() > 2 * self.jobs);
            while !begun() && since.elapsed() < LIMIT {
                std::thread::sleep(Duration::from_millis(5));
            }
            // Jobs that are killed don't log their end, and what they held can be had again.
            writeln!(fs::OpenOptions::new().append(true).open(&log)?, "signal")?;
            // It may have ended meanwhile, which its exit status shows.
            let _ = match self.event {
                Event::Interrupted => kill_process_group(pid, Signal::INT),
                _ => kill_process(pid, Signal::TERM),
            };
        }
        let ending = process::wait(&mut child, LIMIT)?;
        let mut wrong = String::new();
        self.check_ending(ending, place, &mut wrong);
        self.check_log(&fs::read_to_string(&log).unwrap_or_default(), &mut wrong);
        if let Some(pool) = pool {
            // What runs on after a signal ends soon, and gives its token back then.
            let since = Instant::now();
            let mut left = 0;
            while left < self.jobs - 1 && since.elapsed() < Duration::from_secs(3) {
                left += rustix::io::read(&pool, &mut [0; 64]).unwrap_or(0);
                std::thread::sleep(Duration::from_millis(5));
            }
            left += rustix::io::read(&pool, &mut [0; 64]).unwrap_or(0);
            // After a signal GNU make gives nothing back.
            let signal = matches!(self.event, Event::Interrupted | Event::Terminated);
            let few = left < self.jobs - 1 && !(signal && self.has_gnu(place));
            if few || left > self.jobs - 1 {
                writeln!(wrong, "   tokens: {} were in the pool, {left} are", self.jobs - 1)?;
            }
        }
        if !self.is_given() && self.event == Event::Nothing {
            let left = fs::read_to_string(place.dir.join("left")).unwrap_or_default();
            if left.trim() != (self.jobs - 1).to_string() {
                writeln!(
                    wrong,
                    "   tokens: counted {:?}, {} must be in the pool",
                    left.trim(),
                    self.jobs - 1
                )?;
            }
        }
        for entry in fs::read_dir(&tmp)? {
            writeln!(wrong, "   left behind: {}", entry?.path().display())?;
        }
        if !wrong.is_empty() {
            let said = fs::read(place.dir.join("out")).unwrap_or_default();
            for line in String::from_utf8_lossy(&said).lines().take(12) {
                writeln!(wrong, "   | {line}")?;
            }
        }
        Ok(wrong)
    }

    fn fill(&self, path: &Path) -> Result<OwnedFd> {
        rustix::fs::mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0)?;
        let pool = rustix::fs::open(path, OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty())?;
        rustix::io::write(&pool, &vec![b'+'; self.jobs - 1])?;
        Ok(pool)
    }

    fn command(&self, place: &Place, tmp: &Path) -> Command {
        let programs: Vec<String> =
            self.chain.chars().map(|letter| place.program(letter).display().to_string()).collect();
        let (first, rest) = programs.split_first().map(|(f, r)| (f.clone(), r.join(" "))).unwrap_or_default();
        let bad = match self.event {
            Event::Fails | Event::FailsOn => "$(job); exit 1",
            Event::Killed => "$(job); kill -9 $$$$",
            Event::Nothing | Event::Interrupted | Event::Terminated => "$(job)",
        };
        let mut words = vec![first, "-f".into(), "chain.mk".into()];
        let mut flags = String::from(" ");
        if self.event == Event::FailsOn {
            flags.insert(0, 'k');
            words.push("-k".into());
        }
        let mut script = String::new();
        match self.pool {
            Pool::GivenFifo => {
                let path = place.dir.join("pool");
                let _ = write!(flags, "-j{} --jobserver-auth=fifo:{}", self.jobs, path.display());
            }
            Pool::GivenPipe => {
                script.push_str("exec 8<pool 9>pool; ");
                let _ = write!(flags, "-j{} --jobserver-auth=8,9", self.jobs);
            }
            Pool::OwnFifo => words.push(format!("-j{}", self.jobs)),
            Pool::OwnPipe => {
                words.push(format!("-j{}", self.jobs));
                if !self.chain.starts_with('3') {
                    words.push("--jobserver-style=pipe".into());
                }
            }
        }
        words.extend([format!("CHAIN={rest}"), format!("LOG={}", place.dir.join("log").display())]);
        words.push(format!("BAD={bad}"));
        if !self.is_given() {
            words.push("count".into());
        }
        script.push_str("exec \"$@\"");
        // Whoever runs this in the background makes it ignore Ctrl-C, and make would too.
        let mut cmd = Command::new("env");
        cmd.args(["--default-signal=INT,QUIT", "bash", "-c", &script, "bash"])
            .args(&words)
            .current_dir(&place.dir)
            .env_clear();
        cmd.env("PATH", SYSTEM_PATH).env("LC_ALL", "C").env("TMPDIR", tmp);
        cmd.envs(place.variant.environment(Release::V441));
        if self.is_given() {
            cmd.env("MAKEFLAGS", flags);
        }
        cmd
    }

    fn check_ending(&self, ending: Ending, place: &Place, wrong: &mut String) {
        // GNU make says `wait: No child processes` when signals come in a row, and ends with 2.
        let gnu = !self.chain.starts_with('r') || !place.variant.own;
        let right = match self.event {
            Event::Nothing => ending == Ending::Exit(0),
            Event::Fails | Event::FailsOn | Event::Killed => ending == Ending::Exit(2),
            Event::Interrupted => ending == Ending::Signal(2) || gnu && ending == Ending::Exit(2),
            Event::Terminated => ending == Ending::Signal(15) || gnu && ending == Ending::Exit(2),
        };
        if !right {
            let _ = writeln!(wrong, "   ends with {ending}");
        }
    }

    fn check_log(&self, log: &str, wrong: &mut String) {
        let (mut now, mut most, mut begun) = (0usize, 0, 0);
        for line in log.lines() {
            match line {
                "begin" => (now, begun) = (now + 1, begun + 1),
                "signal" => break,
                _ => now = now.saturating_sub(1),
            }
            most = most.max(now);
        }
        let jobs = 5 * ((1 << self.chain.len()) - 1);
        if most > self.jobs || most < self.jobs && self.event == Event::Nothing {
            let _ = writeln!(wrong, "   {most} jobs at once, {} must be", self.jobs);
        }
        if begun != jobs && matches!(self.event, Event::Nothing | Event::FailsOn) {
            let _ = writeln!(wrong, "   {begun} jobs ran, {jobs} must have");
        }
    }
}
