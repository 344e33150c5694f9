//! `cargo xtask fuzz-shell`: random recipe lines over random files, by dash with the system's tools and by rkbuild.
//!
//! A round is some dozens of lines, each with a scratch tree of its own. dash runs each line in its tree; the trees are
//! made anew at the same paths, and one rkbuild runs all lines, each as the recipe of a sub-make. Output, status, and the
//! trees must be the same: names, kinds, modes, owners, contents, which file is which and which were touched.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use fastrand::Rng;

use crate::candidate::Variant;
use crate::lines::Lines;
use crate::oracle::Tally;
use crate::places::SYSTEM_PATH;
use crate::process::{self, Ending};
use crate::reference::Release;
use crate::scratch::{self, Entry, NOBODY, Tree, View, WORK};
use crate::sources::clear;

/// Lines of a round.
const ROUND: usize = 40;
/// No line of the grammar needs more, unless it waits for ever.
const LIMIT: Duration = Duration::from_secs(10);
/// What one line of a round wrote is told from what the next one did by this.
const MARK: &str = "@@@ line";

/// What to do.
pub struct FuzzShell {
    pub seed: u64,
    pub count: usize,
    pub variants: Vec<Variant>,
    /// Rounds at a time.
    pub jobs: usize,
}

/// A line and what it runs over.
#[derive(Clone)]
struct Case {
    entries: Vec<Entry>,
    commands: Vec<String>,
    /// The work directory is nobody's.
    owned: bool,
}

impl Case {
    fn random(rng: &mut Rng) -> Case {
        let entries = scratch::random(rng);
        let fifos = entries.iter().any(Entry::is_fifo);
        let commands = Lines { rng, fifos }.line();
        Case { entries, commands, owned: rng.u8(..4) > 0 }
    }

    fn line(&self) -> String {
        format!("{}echo rc=$?", self.commands.concat())
    }
}

/// Who runs a round, and under which umask.
#[derive(Clone, Copy)]
struct Who {
    nobody: bool,
    umask: &'static str,
}

/// What is to be seen of one line.
#[derive(PartialEq)]
struct Outcome {
    /// As make words it: empty, or `Error 3`.
    status: String,
    out: String,
    err: String,
    view: View,
}

impl FuzzShell {
    /// Tries lines until the count is reached; prints each difference, small, and the sums.
    pub fn run(&self) -> Result<Tally> {
        let top = tempfile::Builder::new().prefix("fuzz-shell.").tempdir()?;
        fs::set_permissions(top.path(), fs::Permissions::from_mode(0o755))?;
        let start = Instant::now();
        let work =
            Mutex::new(Work { rng: Rng::with_seed(self.seed), begun: 0, tally: Tally::default(), once: 0 });
        let as_root = rustix::process::geteuid().is_root();
        let next = || {
            let mut work = lock(&work);
            if work.begun >= self.count {
                return None;
            }
            let rounds = work.begun / ROUND;
            let count = ROUND.min(self.count - work.begun);
            work.begun += count;
            let umask = scratch::pick(&mut work.rng, &["022", "022", "022", "077", "002", "027"]);
            let who = Who { nobody: as_root && rounds % 2 == 1, umask };
            Some((who, (0..count).map(|_| Case::random(&mut work.rng)).collect::<Vec<Case>>()))
        };
        let worker = |name: usize| -> Result<()> {
            let place = Place::make(&top.path().join(format!("{name}")), &self.variants)?;
            while let Some((who, cases)) = next() {
                for (case, variant) in place.different(&cases, who)? {
                    if !place.differs(&case, who, variant)? || !place.differs(&case, who, variant)? {
                        lock(&work).once += 1;
                        println!("only once: {}", case.line());
                        continue;
                    }
                    let small = place.shrink(case, who, variant)?;
                    let told = place.tell(&small, who, variant)?;
                    let mut work = lock(&work);
                    work.tally.failed += 1;
                    println!("{told}");
                }
                lock(&work).tally.passed += cases.len();
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> =
                (0..self.jobs.max(1)).map(|name| scope.spawn(move || worker(name))).collect();
            workers.into_iter().try_for_each(|worker| {
                worker.join().map_err(|_| anyhow!("a worker of fuzz-shell panicked"))?
            })
        })?;
        let Work { mut tally, once, .. } = work.into_inner().unwrap_or_else(PoisonError::into_inner);
        tally.passed = tally.passed.saturating_sub(tally.failed);
        println!(
            "{} lines tried in {:.0} s, seed {}: {} differ, {once} did so only once",
            tally.passed + tally.failed,
            start.elapsed().as_secs_f64(),
            self.seed,
            tally.failed
        );
        Ok(tally)
    }
}

struct Work {
    rng: Rng,
    begun: usize,
    tally: Tally,
    once: usize,
}

fn lock(work: &Mutex<Work>) -> MutexGuard<'_, Work> {
    work.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The one directory all rounds of a worker happen in.
struct Place {
    top: PathBuf,
    /// A copy each of what is tried, where nobody can reach it.
    programs: Vec<(PathBuf, Variant)>,
}

impl Place {
    fn make(top: &Path, variants: &[Variant]) -> Result<Place> {
        let mut programs = Vec::new();
        for (at, variant) in variants.iter().enumerate() {
            let bin = top.join(format!("bin{at}"));
            fs::create_dir_all(&bin)?;
            fs::copy(&variant.program, bin.join("make"))?;
            programs.push((bin.join("make"), variant.clone()));
        }
        fs::create_dir_all(top.join("m"))?;
        Ok(Place { top: top.to_path_buf(), programs })
    }

    fn trees(&self, cases: &[Case]) -> Result<Vec<Tree>> {
        let dir = self.top.join("w");
        clear(&dir)?;
        cases
            .iter()
            .enumerate()
            .map(|(at, case)| Tree::make(&dir.join(at.to_string()), &case.entries, case.owned))
            .collect()
    }

    /// A command of `who`.
    fn command(&self, who: Who, words: &[&str]) -> Command {
        let mut command = if who.umask == "022" {
            let mut command = Command::new(words.first().copied().unwrap_or_default());
            command.args(words.iter().skip(1));
            command
        } else {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", &format!("umask {}; exec \"$@\"", who.umask), "sh"]).args(words);
            command
        };
        command.env_clear().env("PATH", SYSTEM_PATH).env("LC_ALL", "C").env("RKBUILD_RECALL", "off");
        if who.nobody {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// Runs each line by dash. None for one that does not end, or not by itself.
    fn by_dash(&self, cases: &[Case], who: Who) -> Result<Vec<Option<Outcome>>> {
        let trees = self.trees(cases)?;
        let (out, err) = (self.top.join("out"), self.top.join("err"));
        let mut outcomes = Vec::new();
        for (at, (case, tree)) in cases.iter().zip(&trees).enumerate() {
            let mut command = self.command(who, &["/bin/sh", "-c", &case.line()]);
            command.current_dir(self.top.join(format!("w/{at}/{WORK}")));
            command.stdout(fs::File::create(&out)?).stderr(fs::File::create(&err)?);
            let (ending, _) = process::run(&mut command, LIMIT)?;
            let status = match ending {
                Ending::Exit(0) => String::new(),
                Ending::Exit(code) => format!("Error {code}"),
                _ => {
                    outcomes.push(None);
                    continue;
                }
            };
            outcomes.push(Some(Outcome { status, out: text(&out)?, err: text(&err)?, view: tree.view()? }));
        }
        Ok(outcomes)
    }

    /// Runs all lines by one rkbuild. None when it does not come to an end.
    fn by_make(&self, cases: &[Case], who: Who, at: usize) -> Result<Option<Vec<Outcome>>> {
        let (program, variant) = self.programs.get(at).context("no such program")?;
        let trees = self.trees(cases)?;
        let numbers: Vec<String> = (0..cases.len()).map(|n| n.to_string()).collect();
        let mut makefile = format!("all: {0}\n.PHONY: all {0}\n", numbers.join(" "));
        for (n, case) in cases.iter().enumerate() {
            let own = self.top.join(format!("m/{n}"));
            fs::write(&own, format!(".PHONY: work\nwork:\n\t@{}\n", case.line().replace('$', "$$")))?;
            makefile += &format!(
                "{n}:\n\t@echo '{MARK} {n}'; echo '{MARK} {n}' >&2\n\t-@$(MAKE) --no-print-directory -C {}/w/{n}/{WORK} -f {}\n",
                self.top.display(),
                own.display()
            );
        }
        fs::write(self.top.join("m/Makefile"), makefile)?;
        let (out, err) = (self.top.join("out"), self.top.join("err"));
        let program = program.to_string_lossy();
        let mut command = self.command(who, &[&program, "-f", "Makefile"]);
        command.envs(variant.environment(Release::V441)).current_dir(self.top.join("m"));
        command.stdout(fs::File::create(&out)?).stderr(fs::File::create(&err)?);
        let (ending, _) = process::run(&mut command, LIMIT * 6)?;
        if ending == Ending::TimedOut {
            return Ok(None);
        }
        let (out, err) = (text(&out)?, text(&err)?);
        let views = trees.iter().map(Tree::view).collect::<Result<Vec<View>>>()?;
        Ok(Some(
            views
                .into_iter()
                .enumerate()
                .map(|(n, view)| {
                    let (status, err) = without_status(between(&err, n));
                    Outcome { status, out: between(&out, n).to_string(), err, view }
                })
                .collect(),
        ))
    }

    /// The cases that differ, and with which program.
    fn different(&self, cases: &[Case], who: Who) -> Result<Vec<(Case, usize)>> {
        let mut cases = cases.to_vec();
        let first = self.by_dash(&cases, who)?;
        let mut known = Vec::new();
        let mut ends = first.iter().map(Option::is_some);
        cases.retain(|_| ends.next().unwrap_or(false));
        known.extend(first.into_iter().flatten());
        let mut found = Vec::new();
        for at in 0..self.programs.len() {
            let Some(outcomes) = self.by_make(&cases, who, at)? else {
                // Which one it is, one after the other tells.
                if let [only] = cases.as_slice() {
                    found.push((only.clone(), at));
                } else {
                    for case in &cases {
                        found.extend(self.different(std::slice::from_ref(case), who)?);
                    }
                }
                continue;
            };
            for ((case, dash), make) in cases.iter().zip(&known).zip(&outcomes) {
                if dash != make {
                    found.push((case.clone(), at));
                }
            }
        }
        Ok(found)
    }

    fn differs(&self, case: &Case, who: Who, at: usize) -> Result<bool> {
        let one = std::slice::from_ref(case);
        let [Some(dash)] = &self.by_dash(one, who)?[..] else { return Ok(false) };
        Ok(match self.by_make(one, who, at)? {
            Some(outcomes) => outcomes.first() != Some(dash),
            None => true,
        })
    }

    /// Takes out whatever the difference does not need.
    fn shrink(&self, case: Case, who: Who, at: usize) -> Result<Case> {
        let mut small = case;
        'again: loop {
            for n in 0..small.commands.len() + small.entries.len() {
                let mut less = small.clone();
                match n.checked_sub(small.commands.len()) {
                    None => drop(less.commands.remove(n)),
                    Some(entry) => drop(less.entries.remove(entry)),
                }
                if self.differs(&less, who, at)? {
                    small = less;
                    continue 'again;
                }
            }
            return Ok(small);
        }
    }

    /// How to see the difference, and what it is.
    fn tell(&self, case: &Case, who: Who, at: usize) -> Result<String> {
        let variant = self.programs.get(at).map(|(_, v)| v.name.as_str()).unwrap_or_default();
        let mut told =
            format!("== {variant}, {}, umask {}\n", if who.nobody { "nobody" } else { "root" }, who.umask);
        if case.owned {
            told += "chown nobody .\n";
        }
        for entry in &case.entries {
            told += &format!("{}\n", entry.commands());
        }
        told += &format!("line: {}\n", case.line());
        let one = std::slice::from_ref(case);
        let dash = self.by_dash(one, who)?.into_iter().next().flatten();
        let make = self.by_make(one, who, at)?.and_then(|all| all.into_iter().next());
        for (name, outcome) in [("dash", &dash), ("rkbuild", &make)] {
            match outcome {
                Some(o) => told += &format!("-- {name}: {}\n{}{}", o.status, o.out, o.err),
                None => told += &format!("-- {name}: does not end\n"),
            }
        }
        if let (Some(dash), Some(make)) = (dash, make) {
            told += &scratch::differences(&dash.view, &make.view).join("\n");
        }
        Ok(told)
    }
}

fn text(path: &Path) -> Result<String> {
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}

/// What line `n` of a round wrote.
fn between(all: &str, n: usize) -> &str {
    let mark = |n| format!("{MARK} {n}\n");
    let after = all.split_once(&mark(n)).map_or("", |(_, after)| after);
    after.split_once(&mark(n + 1)).map_or(after, |(own, _)| own)
}

/// Takes out what make itself says: the status.
fn without_status(text: &str) -> (String, String) {
    let (mut status, mut rest) = (String::new(), String::new());
    for line in text.split_inclusive('\n') {
        if line.starts_with("make[1]: *** [") {
            status = line.rsplit_once("] ").map_or("", |(_, what)| what.trim_end()).to_string();
        } else if !line.starts_with("make: [Makefile:") {
            rest += line;
        }
    }
    (status, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_line_wrote_and_its_status_are_found_in_what_all_wrote() {
        let all = "@@@ line 0\nno end@@@ line 1\nsaid\nmake[1]: *** [/t/1:3: work] Error 3\nmake: [Makefile:5: 1] Error 2 (ignored)\n";
        assert_eq!(between(all, 0), "no end");
        assert_eq!(without_status(between(all, 1)), ("Error 3".to_string(), "said\n".to_string()));
        assert_eq!(between(all, 2), "");
    }
}
