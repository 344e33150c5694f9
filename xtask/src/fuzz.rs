//! `cargo xtask fuzz-diff`: random makefiles under GNU make and under rkbuild; what differs is made small and kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use fastrand::Rng;
use filetime::{FileTime, set_file_mtime};

use crate::candidate::Variant;
use crate::generate::Case;
use crate::oracle::Tally;
use crate::places::{Places, SYSTEM_PATH};
use crate::process::{self, Ending};
use crate::reference::{self, Release};
use crate::snapshot::Snapshot;

/// No makefile of the grammar needs more.
const LIMIT: Duration = Duration::from_secs(20);

/// What to do.
pub struct Fuzz {
    pub seed: u64,
    /// Ends with whichever comes first.
    pub count: Option<usize>,
    pub time: Option<Duration>,
    pub release: Release,
    pub variants: Vec<Variant>,
    /// How many are tried at a time.
    pub jobs: usize,
}

/// What is to be seen of one run.
#[derive(PartialEq)]
struct Seen {
    ending: Ending,
    out: Vec<u8>,
    err: Vec<u8>,
    files: Snapshot,
}

/// One program, called through a link named `make`.
struct Program {
    name: String,
    path: String,
    env: Vec<(&'static str, &'static str)>,
}

impl Fuzz {
    /// Tries makefiles until the time or the count is over; prints each difference, small, and the sums.
    pub fn run(&self, places: &Places) -> Result<Tally> {
        let top = tempfile::Builder::new().prefix("fuzz.").tempdir()?;
        let kept = places.cached("fuzz")?;
        let program = |name: &str, file: &Path, env| -> Result<Program> {
            let bin = top.path().join(format!("bin-{}", name.replace(' ', "")));
            fs::create_dir_all(&bin)?;
            std::os::unix::fs::symlink(fs::canonicalize(file)?, bin.join("make"))?;
            Ok(Program { name: name.to_string(), path: format!("{}:{SYSTEM_PATH}", bin.display()), env })
        };
        let reference = program("GNU make", &reference::program(places, self.release)?, Vec::new())?;
        let mut candidates = Vec::new();
        for variant in &self.variants {
            candidates.push(program(&variant.name, &variant.program, variant.environment(self.release))?);
        }
        let start = Instant::now();
        let random = Rng::with_seed(self.seed);
        let work = Mutex::new(Work { random, begun: 0, tally: Tally::default(), once: 0 });
        let over = |begun: usize| {
            self.count.is_some_and(|count| begun >= count)
                || self.time.is_some_and(|time| start.elapsed() >= time)
        };
        let next = || {
            let mut work = lock(&work);
            if over(work.begun) {
                return None;
            }
            let number = work.begun;
            work.begun += 1;
            Some((number, Case::random(&mut work.random)))
        };
        // Whoever tries one waits for programs most of the time.
        let worker = |name: usize| -> Result<()> {
            let place = Place { top: top.path().join(format!("worker-{name}")) };
            while let Some((number, case)) = next() {
                let same = match place.first_different(&case, &reference, &candidates)? {
                    None => true,
                    // What is done in one tick of the clock, or in two, and what others write at the same time.
                    Some(candidate) if !place.differs_again(&case, &reference, candidate)? => {
                        self.keep(&case, &kept, number)?;
                        lock(&work).once += 1;
                        true
                    }
                    Some(candidate) => {
                        let small = place.shrink(case, &reference, candidate)?;
                        let told = self.tell(&place, &small, &reference, candidate, &kept, number)?;
                        let _work = lock(&work);
                        println!("{told}");
                        false
                    }
                };
                let tally = &mut lock(&work).tally;
                *if same { &mut tally.passed } else { &mut tally.failed } += 1;
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> =
                (0..self.jobs.max(1)).map(|name| scope.spawn(move || worker(name))).collect();
            workers.into_iter().try_for_each(|worker| {
                worker.join().map_err(|_| anyhow!("a worker of fuzz-diff panicked"))?
            })
        })?;
        let Work { tally, once, .. } = work.into_inner().unwrap_or_else(PoisonError::into_inner);
        println!(
            "{} makefiles tried in {:.0} s, seed {}: {} differ, {once} did so only once",
            tally.passed + tally.failed,
            start.elapsed().as_secs_f64(),
            self.seed,
            tally.failed
        );
        Ok(tally)
    }

    /// What both programs do with a case, and the file it is kept in.
    fn tell(
        &self,
        place: &Place,
        case: &Case,
        reference: &Program,
        candidate: &Program,
        kept: &Path,
        number: usize,
    ) -> Result<String> {
        let (first, second) = (place.see(case, reference)?, place.see(case, candidate)?);
        let text = case.text();
        let mut told = format!("make {}  # {:?}\n{text}\n", case.arguments.join(" "), case.files);
        for (program, seen) in [(reference, &first), (candidate, &second)] {
            told += &format!("{}: {}\n", program.name, seen.ending);
            told += &String::from_utf8_lossy(&seen.out);
            told += &String::from_utf8_lossy(&seen.err);
        }
        for difference in first.files.differences(&second.files) {
            told += &format!("{difference}\n");
        }
        self.keep(case, kept, number)?;
        Ok(told)
    }

    fn keep(&self, case: &Case, kept: &Path, number: usize) -> Result<()> {
        let file = kept.join(format!("{}-{number}.mk", self.seed));
        let text = format!("# make {}\n# files {:?}\n{}", case.arguments.join(" "), case.files, case.text());
        fs::write(&file, text).with_context(|| format!("{}", file.display()))
    }
}

/// What the workers share: the cases come from one seed, whoever takes them.
struct Work {
    random: Rng,
    begun: usize,
    tally: Tally,
    /// How many differed, and then did not.
    once: usize,
}

fn lock(work: &Mutex<Work>) -> MutexGuard<'_, Work> {
    work.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The one directory all runs of a worker happen in.
struct Place {
    top: PathBuf,
}

impl Place {
    /// The first candidate that does not do what GNU make does.
    fn first_different<'a>(
        &self,
        case: &Case,
        reference: &Program,
        candidates: &'a [Program],
    ) -> Result<Option<&'a Program>> {
        let first = self.see(case, reference)?;
        // What GNU make does not come to an end with, or crashes on, says nothing.
        if !matches!(first.ending, Ending::Exit(_)) {
            return Ok(None);
        }
        for candidate in candidates {
            if first != self.see(case, candidate)? {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }

    fn differs(&self, case: &Case, reference: &Program, candidate: &Program) -> Result<bool> {
        Ok(self.first_different(case, reference, std::slice::from_ref(candidate))?.is_some())
    }

    /// A difference that is seen, is seen three times more.
    fn differs_again(&self, case: &Case, reference: &Program, candidate: &Program) -> Result<bool> {
        for _ in 0..3 {
            if !self.differs(case, reference, candidate)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn see(&self, case: &Case, program: &Program) -> Result<Seen> {
        let dir = self.top.join("w");
        crate::sources::clear(&dir)?;
        fs::create_dir_all(dir.join("dir"))?;
        fs::write(dir.join("Makefile"), case.text())?;
        for (name, age) in &case.files {
            fs::write(dir.join(name), "")?;
            let time = FileTime::from_unix_time(1_000_000_000 - i64::from(*age) * 86_400, 0);
            set_file_mtime(dir.join(name), time)?;
        }
        set_file_mtime(dir.join("Makefile"), FileTime::from_unix_time(900_000_000, 0))?;
        let (out, err) = (self.top.join("out"), self.top.join("err"));
        let mut command = Command::new("make");
        command.args(&case.arguments).current_dir(&dir).env_clear().env("PATH", &program.path);
        command.envs(program.env.iter().copied()).env("LC_ALL", "C").env("A", "from the environment");
        command.stdin(Stdio::null()).stdout(fs::File::create(&out)?).stderr(fs::File::create(&err)?);
        let (ending, _) = process::run(&mut command, LIMIT)?;
        let mut files = Snapshot::take(&dir, None)?;
        files.forget_times();
        Ok(Seen { ending, out: fs::read(&out)?, err: fs::read(&err)?, files })
    }

    /// Takes out whatever the difference does not need.
    fn shrink(&self, case: Case, reference: &Program, candidate: &Program) -> Result<Case> {
        let mut small = case;
        loop {
            let mut smaller: Option<Case> = None;
            let takes: Vec<Case> = (0..small.lines.len())
                .map(|at| {
                    let mut less = small.clone();
                    less.lines.remove(at);
                    less
                })
                .chain((0..small.arguments.len()).map(|at| {
                    let mut less = small.clone();
                    less.arguments.remove(at);
                    less
                }))
                .chain((0..small.files.len()).map(|at| {
                    let mut less = small.clone();
                    less.files.remove(at);
                    less
                }))
                .collect();
            for less in takes {
                if self.differs(&less, reference, candidate)? {
                    smaller = Some(less);
                    break;
                }
            }
            match smaller {
                Some(less) => small = less,
                None => return Ok(small),
            }
        }
    }
}
