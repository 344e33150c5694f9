//! `cargo xtask fuzz-diff`: random makefiles under GNU make and under rkbuild; what differs is made small and kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
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
        let place = Place { top: top.path().to_path_buf() };
        let start = Instant::now();
        let mut random = Rng::with_seed(self.seed);
        let mut tally = Tally::default();
        let over = |tried: usize| {
            self.count.is_some_and(|count| tried >= count)
                || self.time.is_some_and(|time| start.elapsed() >= time)
        };
        while !over(tally.passed + tally.failed) {
            let case = Case::random(&mut random);
            let mut same = true;
            for candidate in &candidates {
                if !place.differs(&case, &reference, candidate)? {
                    continue;
                }
                same = false;
                let small = place.shrink(case, &reference, candidate)?;
                self.tell(&place, &small, &reference, candidate, &kept, tally.failed)?;
                break;
            }
            *if same { &mut tally.passed } else { &mut tally.failed } += 1;
        }
        println!(
            "{} makefiles tried in {:.0} s, seed {}: {} differ",
            tally.passed + tally.failed,
            start.elapsed().as_secs_f64(),
            self.seed,
            tally.failed
        );
        Ok(tally)
    }

    fn tell(
        &self,
        place: &Place,
        case: &Case,
        reference: &Program,
        candidate: &Program,
        kept: &Path,
        number: usize,
    ) -> Result<()> {
        let (first, second) = (place.see(case, reference)?, place.see(case, candidate)?);
        let text = case.text();
        println!("make {}  # {:?}\n{text}", case.arguments.join(" "), case.files);
        for (program, seen) in [(reference, &first), (candidate, &second)] {
            println!("{}: {}", program.name, seen.ending);
            print!("{}{}", String::from_utf8_lossy(&seen.out), String::from_utf8_lossy(&seen.err));
        }
        for difference in first.files.differences(&second.files) {
            println!("{difference}");
        }
        println!();
        let file = kept.join(format!("{}-{number}.mk", self.seed));
        fs::write(&file, format!("# make {}\n# files {:?}\n{text}", case.arguments.join(" "), case.files))
            .with_context(|| format!("{}", file.display()))
    }
}

/// The one directory all runs happen in.
struct Place {
    top: PathBuf,
}

impl Place {
    fn differs(&self, case: &Case, reference: &Program, candidate: &Program) -> Result<bool> {
        let first = self.see(case, reference)?;
        // What GNU make does not come to an end with, or crashes on, says nothing.
        Ok(matches!(first.ending, Ending::Exit(_)) && first != self.see(case, candidate)?)
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
