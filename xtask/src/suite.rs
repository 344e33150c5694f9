//! GNU make's own test suite, run against one program: each script in a directory and session of its own.
//!
//! The suite is Debian's source package as it is, but for a few lines of its driver: each test's result is logged as it
//! comes (a script that hangs or dies keeps what passed until then), time limits suit a loaded machine, and any version
//! banner is accepted.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bstr::ByteSlice;
use regex::bytes::Regex;

use crate::confine::Confine;
use crate::machine::{is_root, quiet};
use crate::places::SYSTEM_PATH;
use crate::process::{Ending, kill_session, wait};

/// The user tests run as when xtask is root: some test what a file without permission does.
const NOBODY: u32 = 65534;

/// Seconds one make of a test may take; the suite's own limits do not allow for a loaded machine.
const COMMAND_SECONDS: u32 = 30;

/// Perl that logs each test as `script, number, line, pass or fail`.
const LOG: &str = r#"
my $result_log = $ENV{ORACLE_RESULT_LOG};
sub note_result
{
  my ($ok) = @_;
  defined $result_log or return;
  my $line = 0;
  for (my $i = 0; my @c = caller($i); ++$i) {
    if ($c[1] =~ m,(^|/)scripts/,) { $line = $c[2]; last; }
  }
  open(my $OF, '>>', $result_log) or return;
  print $OF join("\t", $testname, $tests_run, $line, $ok ? 'pass' : 'fail'), "\n";
  close($OF);
}
sub compare_output
{
  my $r = &suite_compare_output(@_);
  note_result($r);
  return $r;
}

sub suite_compare_output
{"#;

/// How a script went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    Passed,
    Failed,
    /// It does not apply here.
    Skipped,
    TimedOut,
    /// It ended without a result.
    Died,
}

/// The result of one script.
#[derive(Clone, Debug)]
pub struct ScriptResult {
    pub script: String,
    pub status: Status,
    pub ran: usize,
    pub passed: usize,
    /// Tests by the line that issued them: `LINE.n` is the n-th from that line.
    pub passed_tests: Vec<String>,
    pub failed_tests: Vec<String>,
    pub seconds: f64,
    /// Tests that failed at first and then passed.
    pub flaky: Vec<String>,
}

/// A suite made ready.
pub struct Suite<'a> {
    /// The program under test: a path whose name is shown in messages.
    pub program: &'a Path,
    /// Added to the environment.
    pub env: Vec<(&'static str, &'static str)>,
    /// A directory only this run uses, that everybody can read.
    pub top: &'a Path,
    /// Where the outputs of scripts that fail are kept.
    pub results: PathBuf,
    /// For each script.
    pub limit: Duration,
}

impl Suite<'_> {
    /// Copies a suite into place and changes the driver. Gives the names of its scripts.
    pub fn prepare(&self, source: &Path) -> Result<Vec<String>> {
        let template = self.top.join("suite");
        quiet(Command::new("cp").arg("-R").arg(source).arg(&template))?;
        let tests = template.join("tests");
        edit(&tests.join("test_driver.pl"), &driver_edits())?;
        edit(&tests.join("run_make_tests.pl"), &runner_edits())?;
        edit(&tests.join("thelp.pl"), &[(r"(?m)^my \$timeout = \d+;", "my $$timeout = 20;", 0)])?;
        let mut scripts = Vec::new();
        for group in fs::read_dir(tests.join("scripts"))? {
            let group = group?;
            for script in fs::read_dir(group.path()).into_iter().flatten() {
                let script = script?;
                let name = script.file_name().to_string_lossy().into_owned();
                if script.path().is_file() && !name.starts_with('.') {
                    scripts.push(format!("{}/{name}", group.file_name().to_string_lossy()));
                }
            }
        }
        scripts.sort();
        Ok(scripts)
    }

    /// Runs the scripts, `jobs` at a time. A script with few failures gets a second try: the suite itself has races.
    pub fn run(&self, scripts: &[String], jobs: usize) -> Result<Vec<ScriptResult>> {
        let next = AtomicUsize::new(0);
        let results = Mutex::new(Vec::new());
        let worker = || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(script) = scripts.get(number) else { return };
                let result = self.script(script, number);
                results.lock().unwrap_or_else(|e| e.into_inner()).push((number, result));
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..jobs.max(1) {
                scope.spawn(worker);
            }
        });
        let mut results = results.into_inner().unwrap_or_else(|e| e.into_inner());
        results.sort_by_key(|(number, _)| *number);
        results.into_iter().map(|(_, result)| result).collect()
    }

    fn script(&self, script: &str, number: usize) -> Result<ScriptResult> {
        let first = self.once(script, &format!("t{number:03}"))?;
        if first.status != Status::Failed || first.ran - first.passed > 3 {
            return Ok(first);
        }
        let mut second = self.once(script, &format!("t{number:03}r"))?;
        if second.passed <= first.passed {
            return Ok(first);
        }
        second.flaky = first.failed_tests;
        Ok(second)
    }

    fn once(&self, script: &str, name: &str) -> Result<ScriptResult> {
        // Names without meaning: some tests look for a variable's name in the environment.
        let dir = self.top.join(name);
        let tests = dir.join("tests");
        let home = dir.join("home");
        let log = dir.join("results.tsv");
        fs::create_dir_all(&tests)?;
        fs::create_dir_all(&home)?;
        fs::write(&log, "")?;
        symlink(self.top.join("suite/src"), dir.join("src"))?;
        for entry in fs::read_dir(self.top.join("suite/tests"))? {
            let entry = entry?;
            if entry.file_name() != "work" {
                symlink(entry.path(), tests.join(entry.file_name()))?;
            }
        }
        let id = is_root().then_some(NOBODY);
        if id.is_some() {
            for path in [&dir, &tests, &home, &log] {
                chown(path, id, id)?;
            }
        }
        let user = if id.is_some() { "nobody" } else { "user" };
        let mut command: Vec<std::ffi::OsString> =
            ["nice", "perl", "run_make_tests.pl", "-make"].map(Into::into).into();
        command.extend([self.program.into(), "-srcdir".into(), dir.clone().into(), script.into()]);
        let confine = Confine {
            session: true,
            files: Some(512),
            file_size: Some(256 << 20),
            memory: Some(6 << 30),
            id,
            usage: None,
            command,
        };
        let output = dir.join("output.txt");
        let file = fs::File::create(&output)?;
        let start = Instant::now();
        let mut child = confine
            .command()?
            .current_dir(&tests)
            .env_clear()
            .envs([
                ("PATH", SYSTEM_PATH),
                ("LC_ALL", "C"),
                ("LANG", "C"),
                ("TZ", "UTC"),
                ("SHELL", "/bin/sh"),
            ])
            .envs([("USER", user), ("LOGNAME", user)])
            .env("HOME", &home)
            .env("PERL5LIB", &tests)
            .env("ORACLE_RESULT_LOG", &log)
            .envs(self.env.iter().copied())
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .context("cannot run perl")?;
        let ending = wait(&mut child, self.limit)?;
        kill_session(child.id());
        let seconds = start.elapsed().as_secs_f64();
        let text = fs::read(&output)?;
        let result = judge(script, &text, &fs::read(&log)?, ending, seconds)?;
        if result.status != Status::Passed && result.status != Status::Skipped {
            self.keep(script, &dir, &tests)?;
        }
        // Tests leave directories behind that nobody may enter.
        let _ = Command::new("chmod").args(["-R", "u+rwX"]).arg(&dir).stderr(Stdio::null()).status();
        fs::remove_dir_all(&dir).with_context(|| format!("cannot remove {}", dir.display()))?;
        Ok(result)
    }

    /// Keeps what a script printed and the makefiles and differences it left.
    fn keep(&self, script: &str, dir: &Path, tests: &Path) -> Result<()> {
        let to = self.results.join(script.replace('/', "+"));
        crate::sources::clear(&to)?;
        fs::create_dir_all(&to)?;
        for name in ["output.txt", "results.tsv"] {
            fs::copy(dir.join(name), to.join(name))?;
        }
        for group in fs::read_dir(tests.join("work")).into_iter().flatten().flatten() {
            for file in fs::read_dir(group.path()).into_iter().flatten().flatten() {
                if file.file_type().is_ok_and(|t| t.is_file()) {
                    // What cannot be read is not worth stopping for.
                    let _ = fs::copy(file.path(), to.join(file.file_name()));
                }
            }
        }
        Ok(())
    }
}

/// Makes a directory everybody can enter, whatever the umask is.
pub fn open_directory(path: &Path) -> Result<()> {
    fs::create_dir_all(path)?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}

/// A pattern, what it becomes, and how often it must occur (0: does not matter).
type Edit = (&'static str, &'static str, usize);

fn driver_edits() -> Vec<(&'static str, String, usize)> {
    vec![
        (r"(?m)^sub compare_output\n\{", LOG.replace('$', "$$"), 1),
        (r"(?m)^\$test_timeout = \d+;", format!("$$test_timeout = {COMMAND_SECONDS};"), 1),
        ("'LD_LIBRARY_PATH',", "'LD_LIBRARY_PATH', 'RKBUILD_COMPAT', 'RKBUILD_NO_NATIVE',".to_string(), 1),
    ]
}

fn runner_edits() -> Vec<Edit> {
    vec![
        // A test's own time limit must not be below ours.
        (
            r"(?m)^(\s*)\$timeout and \$test_timeout = \$timeout;",
            "${1}$$timeout and $$timeout > $$test_timeout and $$test_timeout = $$timeout;",
            1,
        ),
        // Any version banner.
        (r"(?m)^  \$string =~ /\^\(GNU Make \[\^,\\n\]\*\)/ or die .*$", "  $$string =~ /^([^\\n]*)/;", 1),
        // The suite runs whatever $(MAKE) expands to: it must be the candidate.
        (
            r"(?m)^(\s*)\$make_path = \$mk;",
            "${1}{ my @a = stat($$make_path); my @b = stat($$mk);\n\
             ${1}  (@a && @b && $$a[0] == $$b[0] && $$a[1] == $$b[1])\n\
             ${1}    or die \"FATAL ERROR: \\$$(MAKE) is '$$mk', which is not the candidate $$make_path\\n\"; }\n\
             ${1}$$make_path = $$mk;",
            1,
        ),
    ]
}

fn edit<T: AsRef<str>>(path: &Path, edits: &[(&str, T, usize)]) -> Result<()> {
    let mut text = fs::read(path).with_context(|| format!("{}", path.display()))?;
    for (pattern, new, count) in edits {
        let pattern = Regex::new(pattern)?;
        let found = pattern.find_iter(&text).count();
        if *count != 0 && found != *count {
            bail!("{}: {found} places match {pattern}", path.display());
        }
        text = pattern.replace_all(&text, new.as_ref().as_bytes()).into_owned();
    }
    fs::write(path, text)?;
    Ok(())
}

/// Reads what a script said and logged.
fn judge(script: &str, output: &[u8], log: &[u8], ending: Ending, seconds: f64) -> Result<ScriptResult> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let (mut passed_tests, mut failed_tests) = (Vec::new(), Vec::new());
    for row in log.lines() {
        let row = row.to_str().unwrap_or_default();
        let columns: Vec<&str> = row.split('\t').collect();
        let &[_, _, line, verdict] = columns.as_slice() else { continue };
        let number = seen.entry(line).or_default();
        *number += 1;
        if verdict == "pass" { &mut passed_tests } else { &mut failed_tests }
            .push(format!("{line}.{number}"));
    }
    let number = |pattern: &str| -> Result<Option<Vec<usize>>> {
        let found = Regex::new(pattern)?.captures(output).map(|c| {
            let group = |i| c.get(i).and_then(|m| m.as_bytes().to_str().ok()?.parse().ok());
            (1..c.len()).filter_map(group).collect()
        });
        Ok(found)
    };
    let (mut ran, mut passed) = (passed_tests.len() + failed_tests.len(), passed_tests.len());
    let failed = number(r"\bFAILED \((\d+)/(\d+) passed\)")?;
    let all = number(r"\bok     \((\d+) passed\)")?;
    let status = if ending == Ending::TimedOut {
        Status::TimedOut
    } else if ran == 0 && Regex::new(r"(?m)N/A$")?.is_match(output) {
        Status::Skipped
    } else if let Some(&[p, r]) = failed.as_deref() {
        (passed, ran) = (p, r);
        Status::Failed
    } else if let Some(&[p]) = all.as_deref() {
        passed = p;
        ran = ran.max(p);
        Status::Passed
    } else {
        Status::Died
    };
    let script = script.to_string();
    Ok(ScriptResult { script, status, ran, passed, passed_tests, failed_tests, seconds, flaky: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_that_dies_keeps_what_passed() {
        let log = b"features/x\t1\t10\tpass\nfeatures/x\t2\t10\tfail\nfeatures/x\t3\t12\tpass\n";
        let r = judge("features/x", b"died at line 14\n", log, Ending::Exit(2), 1.0).unwrap();
        assert_eq!((r.status, r.ran, r.passed), (Status::Died, 3, 2));
        assert_eq!(
            (r.passed_tests, r.failed_tests),
            (vec!["10.1".into(), "12.1".into()], vec!["10.2".into()])
        );
    }

    #[test]
    fn the_summary_line_counts() {
        let r = judge("x", b"x ...... FAILED (4/6 passed)\n", b"", Ending::Exit(1), 1.0).unwrap();
        assert_eq!((r.status, r.ran, r.passed), (Status::Failed, 6, 4));
        let r = judge("x", b"x ...... ok     (7 passed)\n", b"", Ending::Exit(0), 1.0).unwrap();
        assert_eq!((r.status, r.ran, r.passed), (Status::Passed, 7, 7));
        let r = judge("x", b"x ...... N/A\n", b"", Ending::Exit(0), 1.0).unwrap();
        assert_eq!(r.status, Status::Skipped);
    }
}
