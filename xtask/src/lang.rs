//! The language tests: annotated makefiles run by GNU make and by rkbuild, compared byte for byte.
//!
//! A test is a file `tests/lang/**/NAME.mk`. It becomes `Makefile` in a new directory, where each program is run under
//! the name `make`. What they print (both outputs, in order), their exit status and the files they leave must agree. There
//! are no recorded results: GNU make is asked each time, so a test can only say what GNU make does.
//!
//! Directives stand in the comments at the head of the file, up to the first line that is none:
//!
//! ```text
//! # ARGS: -j1 all          arguments, quoted as in sh; the default is none
//! # RUN: -j1 all           the same, may be repeated: several runs one after the other in the same directory
//! # SH: touch -d 2001-01-01 a   a shell command between the runs, in the order written; its output is not compared
//! # ENV: A=b 'C=d e'       added to the environment, quoted as in sh
//! # STDIN: text            standard input, `\n` and `\t` understood; the default is none
//! # FILE: dir/name         a file that exists before the first run: the lines up to END, without `# `
//! # text
//! # END
//! # COMPAT: 4.4.1          compared with this release of GNU make only, not with 4.3 and 4.4.1, each of which is a test of its
//!                          own with rkbuild in that identity
//! # STATUS: 2              the last run's exit status, checked against the (newest) reference: states what the test is about
//! # NORM: [0-9]+           a regular expression whose matches may differ (process ids, say), or `version` or `usage`: what
//!                          these options print
//! # DIFFERS: [0-9]+ files   rkbuild is known to differ here (docs/differences.md): what is reported must match this regular expression
//!                          (each, if there are several), and when nothing differs any more the test fails
//! # SORT                   lines may come in any order (parallel runs)
//! # MAKEFILE: none         the file itself is not put in the directory as `Makefile`
//! # WITHOUT: n t            not with these switches where all tests are run with some ([`Kind::Under`]): it rests on files that
//!                          would not be made, or on times
//! # COVERS: function/dir …  entries of `tests/lang/INDEX` that this test is there for
//! ```
//!
//! Any other comment line there is for the reader.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use bstr::{BString, ByteSlice};
use regex::bytes::Regex;

use crate::candidate::Variant;
use crate::coverage::Index;
use crate::explain;
use crate::ledger;
use crate::machine;
use crate::places::Places;
use crate::process::{self, Ending};
use crate::reference::{self, Release};
use crate::snapshot::Snapshot;

const LIMIT: Duration = Duration::from_secs(60);

/// What programs say of themselves, for NORM.
const NORMS: [(&[u8], &str); 2] = [
    (b"version", r"(?s)GNU Make 4\.\S+\n(?:Built.*?by law\.\n|rkbuild[^\n]*\n[^\n]*\nLicense MIT\n)"),
    (b"usage", r"(?s)Usage: make.*?This program built for [^\n]*\n(?:Report bugs[^\n]*\n)?"),
];

/// One test, read.
#[derive(Clone, Debug)]
pub struct Test {
    /// The path below `tests/lang`, without `.mk`; with `@4.3` for the older of two releases.
    pub name: String,
    pub release: Release,
    steps: Vec<Step>,
    env: Vec<(OsString, OsString)>,
    stdin: Vec<u8>,
    files: Vec<(PathBuf, Vec<u8>)>,
    makefile: Option<Vec<u8>>,
    status: Option<i32>,
    norms: Vec<Regex>,
    sort: bool,
    /// Of a known difference: what the report of it must match.
    differs: Vec<Regex>,
    /// The entries of the index that it is there for.
    pub covers: Vec<String>,
    /// Switches it makes no sense with.
    without: Vec<String>,
    /// How often all its steps are done, one time after the other in the same directory.
    passes: usize,
}

#[derive(Clone, Debug)]
enum Step {
    Make(Vec<OsString>),
    Shell(OsString),
}

/// Reads every test below `dir` whose name contains `filter`.
pub fn find(dir: &Path, filter: &str) -> Result<Vec<Test>> {
    let mut paths = Vec::new();
    collect(dir, &mut paths)?;
    paths.sort();
    let mut tests = Vec::new();
    for path in paths {
        let name = path.strip_prefix(dir)?.with_extension("").to_string_lossy().into_owned();
        if name.contains(filter) {
            let text = fs::read(&path).with_context(|| format!("{}", path.display()))?;
            tests.extend(parse(&name, &text).with_context(|| format!("{}", path.display()))?);
        }
    }
    Ok(tests)
}

fn collect(dir: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("{}", dir.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|e| e == "mk") {
            paths.push(path);
        }
    }
    Ok(())
}

/// Reads a file: one test for each release it is to be run with.
pub fn parse(name: &str, text: &[u8]) -> Result<Vec<Test>> {
    let mut releases = vec![Release::V43, Release::V441];
    let mut test = Test {
        name: name.to_string(),
        release: Release::V441,
        steps: Vec::new(),
        env: Vec::new(),
        stdin: Vec::new(),
        files: Vec::new(),
        makefile: Some(text.to_vec()),
        status: None,
        norms: Vec::new(),
        sort: false,
        differs: Vec::new(),
        covers: Vec::new(),
        without: Vec::new(),
        passes: 1,
    };
    let mut file: Option<(PathBuf, Vec<u8>)> = None;
    for line in text.lines() {
        let Some(rest) = line.strip_prefix(b"#") else { break };
        if let Some((_, content)) = &mut file {
            if rest.trim() == b"END" {
                test.files.extend(file.take());
            } else {
                content.extend_from_slice(rest.strip_prefix(b" ").unwrap_or(rest));
                content.push(b'\n');
            }
            continue;
        }
        let rest = rest.trim();
        let (key, value) = rest.split_once_str(":").unwrap_or((rest, b""));
        let value = value.trim();
        match key {
            b"ARGS" | b"RUN" => test.steps.push(Step::Make(words(value)?)),
            b"SH" => test.steps.push(Step::Shell(OsString::from_vec(value.to_vec()))),
            b"ENV" => {
                for word in words(value)? {
                    let word = word.into_vec();
                    let (k, v) = word.split_once_str("=").context("ENV: NAME=value is expected")?;
                    test.env.push((OsString::from_vec(k.to_vec()), OsString::from_vec(v.to_vec())));
                }
            }
            b"STDIN" => test.stdin = value.replace("\\n", "\n").replace("\\t", "\t"),
            b"FILE" => file = Some((PathBuf::from(OsString::from_vec(value.to_vec())), Vec::new())),
            b"COMPAT" => {
                releases = match value {
                    b"4.3" => vec![Release::V43],
                    b"4.4.1" => vec![Release::V441],
                    _ => bail!("COMPAT: 4.3 or 4.4.1 is expected"),
                }
            }
            b"STATUS" => test.status = Some(value.to_str()?.parse().context("STATUS")?),
            b"NORM" => {
                let known = NORMS.iter().find(|(name, _)| *name == value);
                let pattern = known.map_or(value.to_str()?, |(_, pattern)| pattern);
                test.norms.push(Regex::new(pattern).context("NORM")?);
            }
            b"SORT" => test.sort = true,
            b"DIFFERS" => {
                test.differs.push(Regex::new(&format!("(?m){}", value.to_str()?)).context("DIFFERS")?)
            }
            b"COVERS" => test.covers.extend(value.to_str()?.split_whitespace().map(String::from)),
            b"WITHOUT" => test.without.extend(value.to_str()?.split_whitespace().map(String::from)),
            b"MAKEFILE" if value == b"none" => test.makefile = None,
            _ => {}
        }
    }
    if file.is_some() {
        bail!("FILE without END");
    }
    if !test.steps.iter().any(|s| matches!(s, Step::Make(_))) {
        test.steps.push(Step::Make(Vec::new()));
    }
    if releases.len() == 1 {
        test.release = releases[0];
        return Ok(vec![test]);
    }
    // What the test is about is said of the newest.
    let mut older = Test { name: format!("{name}@4.3"), release: Release::V43, ..test.clone() };
    older.status = None;
    older.covers.clear();
    Ok(vec![older, test])
}

/// Which tests are run, and how.
#[derive(Clone, Copy, Debug)]
pub enum Kind<'a> {
    /// Those whose name contains this.
    Named(&'a str),
    /// The same, each with these switches in MAKEFLAGS of the environment. What tests say of themselves does not count then.
    Under(&'a str, &'a str),
    /// The same, each three times over in the same directory: what the first leaves the second remembers, and the third is
    /// given. What tests say of themselves does not count then.
    Again(&'a str),
}

impl Kind<'_> {
    fn tests(self, dir: &Path) -> Result<Vec<Test>> {
        let (filter, switches) = match self {
            Kind::Named(filter) => return find(dir, filter),
            Kind::Under(filter, switches) => (filter, switches),
            Kind::Again(filter) => {
                let mut tests = find(dir, filter)?;
                for test in &mut tests {
                    test.passes = 3;
                    test.status = None;
                    test.covers.clear();
                }
                return Ok(tests);
            }
        };
        let mut tests = find(dir, filter)?;
        tests.retain(|test| {
            let own = test.env.iter().any(|(name, _)| name == "MAKEFLAGS");
            !own && !test.without.iter().any(|without| without == switches)
        });
        for test in &mut tests {
            test.env.push(("MAKEFLAGS".into(), switches.into()));
            test.status = None;
            test.covers.clear();
        }
        Ok(tests)
    }
}

fn words(text: &[u8]) -> Result<Vec<OsString>> {
    let words = shlex::bytes::split(text).context("unbalanced quotes")?;
    Ok(words.into_iter().map(OsString::from_vec).collect())
}

/// What one program did with one test.
#[derive(Debug, PartialEq)]
struct Outcome {
    /// For each run of make: what it printed and how it ended.
    runs: Vec<(BString, Ending)>,
    files: Snapshot,
}

/// The programs to compare.
pub struct Programs {
    pub reference: PathBuf,
    /// Only needed by tests that say `COMPAT: 4.3`.
    pub reference_43: Option<PathBuf>,
    pub variants: Vec<Variant>,
    /// What tests cover.
    pub index: Index,
}

/// Runs tests of the checkout, getting the references they need.
pub fn run_all(places: &Places, kind: Kind<'_>, variants: Vec<Variant>, jobs: usize) -> Result<Report> {
    let dir = places.repo.join("tests/lang");
    let mut tests = kind.tests(&dir)?;
    if let Kind::Named(filter) = kind {
        tests.extend(ledger::tests(places)?.into_iter().filter(|test| test.name.contains(filter)));
    }
    let mut programs = Programs::new(places, &tests, variants)?;
    programs.index = Index::read(&dir)?;
    let root = tempfile::Builder::new().prefix("rkbuild-lang.").tempdir()?;
    let mut report = run(&tests, &programs, root.path(), jobs)?;
    if let Kind::Named("") = kind {
        let gaps = programs.index.gaps(&tests);
        report.failures.extend(gaps.into_iter().map(|gap| ("INDEX".to_string(), format!("  {gap}\n"))));
        let gaps = ledger::gaps(places, &tests)?;
        report.failures.extend(gaps.into_iter().map(|gap| ("docs".to_string(), format!("  {gap}\n"))));
    }
    Ok(report)
}

/// Prints what GNU make does with the tests whose name contains `filter`.
pub fn print_reference(places: &Places, filter: &str) -> Result<()> {
    let tests = find(&places.repo.join("tests/lang"), filter)?;
    let programs = Programs::new(places, &tests, Vec::new())?;
    let root = tempfile::Builder::new().prefix("rkbuild-lang.").tempdir()?;
    for test in &tests {
        let outcome = run_one(test, programs.reference_of(test)?, &[], &root.path().join("test"))?;
        for ((text, ending), args) in outcome.runs.iter().zip(test.runs()) {
            let line: Vec<_> = args.iter().map(|a| a.to_string_lossy()).collect();
            print!("{}: make {} gives {ending} and prints\n{text}", test.name, line.join(" "));
        }
    }
    Ok(())
}

impl Programs {
    fn new(places: &Places, tests: &[Test], variants: Vec<Variant>) -> Result<Programs> {
        let needs_43 = tests.iter().any(|t| t.release == Release::V43);
        Ok(Programs {
            reference: reference::program(places, Release::V441)?,
            reference_43: needs_43.then(|| reference::program(places, Release::V43)).transpose()?,
            variants,
            index: Index::default(),
        })
    }

    fn reference_of(&self, test: &Test) -> Result<&Path> {
        match test.release {
            Release::V441 => Ok(&self.reference),
            Release::V43 => self.reference_43.as_deref().context("GNU make 4.3 is needed"),
        }
    }
}

/// How many tests agreed, and what to print about the others.
#[derive(Debug, Default)]
pub struct Report {
    pub passed: usize,
    /// Known differences.
    pub known: usize,
    pub failures: Vec<(String, String)>,
}

/// Runs the tests, `jobs` at a time, in directories below `root`.
pub fn run(tests: &[Test], programs: &Programs, root: &Path, jobs: usize) -> Result<Report> {
    machine::clear_dead_fifos();
    let next = AtomicUsize::new(0);
    let report = Mutex::new(Report::default());
    let worker = || {
        while let Some(test) = tests.get(next.fetch_add(1, Ordering::Relaxed)) {
            let failure = check(test, programs, &root.join(test.name.replace('/', "+")))
                .unwrap_or_else(|e| Some(format!("cannot run the test: {e:#}\n")));
            let mut report = report.lock().unwrap_or_else(|e| e.into_inner());
            match test.verdict(failure) {
                None if test.is_known_difference() => report.known += 1,
                None => report.passed += 1,
                Some(text) => report.failures.push((test.name.clone(), text)),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(worker);
        }
    });
    let mut report = report.into_inner().unwrap_or_else(|e| e.into_inner());
    report.failures.sort();
    Ok(report)
}

/// Says how the programs differ on one test.
fn check(test: &Test, programs: &Programs, root: &Path) -> Result<Option<String>> {
    let reference = programs.reference_of(test)?;
    let mut text = String::new();
    for variant in &programs.variants {
        // Both get the same environment, for tests that print it.
        let env = variant.environment(test.release);
        let want = run_one(test, reference, &env, root)?;
        if let Some(status) = test.status {
            let last = want.runs.last().map(|r| r.1);
            if last != Some(Ending::Exit(status)) {
                return Ok(Some(format!("  STATUS is {status}, but GNU make's is {last:?}\n")));
            }
        }
        let printed: Vec<u8> = want.runs.iter().flat_map(|(text, _)| text.iter().copied()).collect();
        for problem in programs.index.not_shown(test, &printed) {
            text.push_str(&format!("  {problem}\n"));
        }
        let got = run_one(test, &variant.program, &env, root)?;
        text.push_str(&differences(&want, &got, &variant.name, test.runs()));
    }
    fs::remove_dir_all(root)?;
    Ok((!text.is_empty()).then_some(text))
}

impl Test {
    /// Whether the test is there for a difference of docs/differences.md.
    pub fn is_known_difference(&self) -> bool {
        !self.differs.is_empty()
    }

    /// What to report, given how the programs differ.
    fn verdict(&self, difference: Option<String>) -> Option<String> {
        if !self.is_known_difference() {
            return difference;
        }
        let Some(text) = difference else {
            return Some("  nothing differs any more: its row in docs/differences.md can go\n".to_string());
        };
        let other: Vec<&Regex> =
            self.differs.iter().filter(|known| !known.is_match(text.as_bytes())).collect();
        (!other.is_empty()).then(|| format!("  it differs otherwise than DIFFERS says ({other:?}):\n{text}"))
    }

    fn runs(&self) -> Vec<&[OsString]> {
        let all = (0..self.passes).flat_map(|_| self.steps.iter());
        all.filter_map(|s| if let Step::Make(args) = s { Some(args.as_slice()) } else { None }).collect()
    }
}

fn run_one(test: &Test, program: &Path, env: &[(&str, &str)], root: &Path) -> Result<Outcome> {
    if root.exists() {
        // A test may leave a directory without permissions behind.
        let _ = Command::new("chmod").args(["-R", "u+rwX"]).arg(root).stderr(Stdio::null()).status();
        fs::remove_dir_all(root).with_context(|| format!("cannot remove {}", root.display()))?;
    }
    let (bin, work, out) = (root.join("bin"), root.join("work"), root.join("out"));
    for dir in [&bin, &work, &out, &root.join("tmp")] {
        fs::create_dir_all(dir)?;
    }
    std::os::unix::fs::symlink(program, bin.join("make"))?;
    for (name, content) in &test.files {
        let path = work.join(name);
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir)?;
        }
        fs::write(path, content)?;
    }
    if let Some(text) = &test.makefile {
        fs::write(work.join("Makefile"), text)?;
    }
    fs::write(out.join("stdin"), &test.stdin)?;
    let start = |mut cmd: Command| -> Result<(BString, Ending)> {
        let log = out.join("log");
        let _ = fs::remove_file(&log);
        cmd.current_dir(&work)
            .env_clear()
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()))
            .env("HOME", root)
            .env("TMPDIR", root.join("tmp"))
            .envs([("LC_ALL", "C"), ("TZ", "UTC"), ("USER", "user"), ("SHELL", "/bin/sh")])
            .envs(env.iter().copied())
            .envs(test.env.iter().map(|(k, v)| (k, v)))
            .stdin(fs::File::open(out.join("stdin"))?)
            .process_group(0);
        process::output_to(&mut cmd, &log)?;
        let mut child = cmd.spawn().with_context(|| format!("cannot run {:?}", cmd.get_program()))?;
        let ending = process::wait(&mut child, LIMIT)?;
        Ok((fs::read(&log)?.into(), ending))
    };
    let mut runs = Vec::new();
    for (pass, step) in (0..test.passes).flat_map(|pass| test.steps.iter().map(move |step| (pass, step))) {
        match step {
            Step::Make(args) => {
                let mut cmd = Command::new(bin.join("make"));
                cmd.arg0("make").args(args);
                let (output, ending) = start(cmd)?;
                runs.push((test.normalised(output), ending));
            }
            Step::Shell(text) => {
                let mut cmd = Command::new("/bin/sh");
                cmd.arg("-c").arg(text);
                let (output, ending) = start(cmd)?;
                // A second time there may be nothing left to do.
                if !ending.is_success() && pass == 0 {
                    bail!("SH: {text:?} failed: {output}");
                }
            }
        }
    }
    let mut files = Snapshot::take(&work, None)?;
    files.forget_times();
    Ok(Outcome { runs, files })
}

impl Test {
    fn normalised(&self, mut text: BString) -> BString {
        for norm in &self.norms {
            text = norm.replace_all(&text, &b"<norm>"[..]).into_owned().into();
        }
        if self.sort {
            let mut lines: Vec<&[u8]> = text.lines_with_terminator().collect();
            lines.sort_unstable();
            text = lines.concat().into();
        }
        text
    }
}

fn differences(want: &Outcome, got: &Outcome, name: &str, runs: Vec<&[OsString]>) -> String {
    let mut text = String::new();
    for ((want, got), args) in want.runs.iter().zip(&got.runs).zip(runs) {
        let line: Vec<_> = args.iter().map(|a| a.to_string_lossy()).collect();
        if want.1 != got.1 {
            text.push_str(&format!(
                "  {name} {}: exit status {}, GNU make {}\n",
                line.join(" "),
                got.1,
                want.1
            ));
        }
        if want.0 != got.0 {
            text.push_str(&format!("  {name} {}: output differs (- GNU make, + {name})\n", line.join(" ")));
            text.push_str(&explain::lines(&want.0, &got.0, 40));
        }
    }
    for difference in want.files.differences(&got.files) {
        text.push_str(&format!("  {name}: {difference}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_stop_at_the_first_line_that_is_no_comment() {
        let test = parse("t", b"# RUN: a 'b c'\n# RUN: d\n# SH: true\nall:\n# ENV: A=b\n").unwrap().remove(0);
        assert_eq!(test.steps.len(), 3);
        assert_eq!(test.runs(), [&["a".into(), "b c".into()] as &[OsString], &["d".into()]]);
        assert!(test.env.is_empty());
    }

    #[test]
    fn a_file_is_a_test_for_each_release() {
        let names = |text: &[u8]| -> Vec<(String, Release)> {
            parse("t", text).unwrap().into_iter().map(|test| (test.name, test.release)).collect()
        };
        assert_eq!(names(b"# COMPAT: 4.3\n"), [("t".to_string(), Release::V43)]);
        let both = [("t@4.3".to_string(), Release::V43), ("t".to_string(), Release::V441)];
        assert_eq!(names(b"all:\n"), both);
        assert!(parse("t", b"# COMPAT: 4.2\n").is_err());
    }

    #[test]
    fn switches_are_for_tests_that_can_do_with_them() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.mk"), "# STATUS: 2\n# COVERS: function/dir\n# COMPAT: 4.3\n").unwrap();
        fs::write(dir.path().join("b.mk"), "# WITHOUT: n q\n# COMPAT: 4.3\n").unwrap();
        fs::write(dir.path().join("c.mk"), "# ENV: MAKEFLAGS=k\n# COMPAT: 4.3\n").unwrap();
        let names = |switches| -> Vec<String> {
            let tests = Kind::Under("", switches).tests(dir.path()).unwrap();
            assert!(tests.iter().all(|t| t.status.is_none() && t.covers.is_empty()));
            tests.into_iter().map(|test| test.name).collect()
        };
        assert_eq!(names("n"), ["a"]);
        assert_eq!(names("k"), ["a", "b"]);
    }

    #[test]
    fn a_file_keeps_tabs_and_empty_lines() {
        let test = parse("t", b"# FILE: sub/x.mk\n# all:\n# \techo hi\n#\n# # END of it\n# END\n")
            .unwrap()
            .remove(0);
        assert_eq!(test.files, [(PathBuf::from("sub/x.mk"), b"all:\n\techo hi\n\n# END of it\n".to_vec())]);
        assert!(parse("t", b"# FILE: x\n# y\n").is_err());
    }

    /// A program that stands for a make.
    fn program(dir: &Path, name: &str, script: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = dir.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn failures(reference: &str, candidate: &str, test: &[u8]) -> Vec<(String, String)> {
        let dir = tempfile::tempdir().unwrap();
        let programs = Programs {
            reference: program(dir.path(), "reference", reference),
            reference_43: None,
            variants: vec![Variant::plain("candidate", &program(dir.path(), "candidate", candidate))],
            index: Index::default(),
        };
        run(&parse("t", test).unwrap()[1..], &programs, &dir.path().join("work"), 1).unwrap().failures
    }

    #[test]
    fn programs_that_do_the_same_pass() {
        assert_eq!(failures("echo x; touch a; exit 2", "echo x; touch a; exit 2", b"# STATUS: 2\n"), []);
        assert_eq!(failures("echo 1; echo 2", "echo 2; echo 1", b"# SORT\n"), []);
        assert_eq!(failures("echo pid 1", "echo pid 22", b"# NORM: [0-9]+\n"), []);
    }

    #[test]
    fn output_status_and_files_are_compared() {
        for (reference, candidate, word) in [
            ("echo x", "echo y", "output differs"),
            ("exit 1", "exit 2", "exit status 2, GNU make 1"),
            ("touch a", ":", "missing file: a"),
            (":", "touch a", "extra file: a"),
            ("echo x > a", "echo y > a", "file differs: a"),
        ] {
            let found = failures(reference, candidate, b"");
            assert!(found.len() == 1 && found[0].1.contains(word), "{reference} / {candidate}: {found:?}");
        }
    }

    #[test]
    fn a_known_difference_must_still_be_there_and_be_the_same() {
        let known = b"# DIFFERS: \\+y$\n# DIFFERS: exit status 1\n";
        assert_eq!(failures("echo x", "echo y; exit 1", known), []);
        for candidate in ["echo x", "echo z; exit 1", "echo y"] {
            assert_eq!(failures("echo x", candidate, known).len(), 1, "{candidate}");
        }
    }

    #[test]
    fn a_status_that_gnu_make_does_not_give_is_a_failure() {
        assert_eq!(failures(":", ":", b"# STATUS: 2\n").len(), 1);
    }
}
