//! `cargo xtask conformance`: GNU make's own suites against rkbuild, and the list of what is known to fail.
//!
//! `docs/conformance.tsv` names each test that fails (suite, script, test, why). A test that fails and is not in the list is
//! a regression; one that passes and is in the list should be taken out (`--record` does).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::candidate::Variant;
use crate::machine::install;
use crate::places::Places;
use crate::reference::{self, Release};
use crate::suite::{ScriptResult, Status, Suite, open_directory};

/// Scripts that do not apply: C plug-ins, Guile, VMS. They are run and listed, but not counted.
const NOT_APPLICABLE: [&str; 4] = ["features/load", "features/loadapi", "functions/guile", "vms/library"];

/// The list of known failures, below the top of the checkout.
const KNOWN: &str = "docs/conformance.tsv";

const KNOWN_HEAD: &str = "\
# Tests of GNU make's own suites that rkbuild does not pass, for `cargo xtask conformance`.
# suite\tscript\ttest (LINE.n: the n-th from that line of the script; rest:N: N tests never reached)\twhy
";

/// What to run.
pub struct Conformance {
    pub releases: Vec<Release>,
    pub variant: Variant,
    /// Only scripts whose name contains one of these.
    pub only: Vec<String>,
    pub jobs: usize,
    /// For each script.
    pub limit: Duration,
    /// Whether to write the list of known failures anew.
    pub record: bool,
    /// Whether 4.3's suite runs against the default identity, where only tests that both releases pass count.
    pub neutral: bool,
}

/// Tests of applicable scripts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    pub passed: usize,
    pub total: usize,
    /// Failures that are not in the list.
    pub new: usize,
}

impl Conformance {
    pub fn run(&self, places: &Places) -> Result<Score> {
        install(&["perl", "gcc", "libc6-dev", "binutils"])?;
        let file = places.repo.join(KNOWN);
        let mut known = Known::read(&file)?;
        let mut score = Score::default();
        for &release in &self.releases {
            let one = self.suite(places, release, &mut known)?;
            score.passed += one.passed;
            score.total += one.total;
            score.new += one.new;
        }
        if self.record {
            fs::write(&file, known.text()).with_context(|| format!("{}", file.display()))?;
            println!("recorded in {KNOWN}");
            score.new = 0;
        }
        Ok(score)
    }

    fn suite(&self, places: &Places, release: Release, known: &mut Known) -> Result<Score> {
        let source = reference::suite(places, release)?;
        // A short neutral path below /tmp: fifos and sockets have limits, and tests print paths.
        let top = tempfile::Builder::new().prefix("gms.").tempdir_in("/tmp")?;
        open_directory(top.path())?;
        open_directory(&top.path().join("bin"))?;
        let program = top.path().join("bin/make");
        fs::copy(&self.variant.program, &program)?;
        let identity = if self.neutral { Release::V441 } else { release };
        let suite = Suite {
            program: &program,
            env: self.variant.environment(identity),
            top: top.path(),
            results: places.cached(&format!("conformance/{}", release.name()))?,
            limit: self.limit,
        };
        let mut scripts = suite.prepare(&source)?;
        scripts.retain(|s| {
            self.only.is_empty() || self.only.iter().any(|o| s.contains(o.trim_end_matches('*')))
        });
        let baseline = Baseline::read(&places.repo, release)?;
        let start = Instant::now();
        let results = suite.run(&scripts, self.jobs)?;
        println!(
            "\nGNU make {} suite, {} ({:.0} s)",
            release.name(),
            self.variant.name,
            start.elapsed().as_secs_f64()
        );
        if self.neutral {
            return Ok(neutral_score(&results, &Neutral::read(&places.repo)?));
        }
        let score = report(&results, &baseline, known, release, &suite.results);
        if self.record {
            known.replace(release, &results, &baseline);
        }
        Ok(score)
    }
}

fn applies(script: &str) -> bool {
    !NOT_APPLICABLE.contains(&script)
}

/// Prints what fails and the table by category.
fn report(
    results: &[ScriptResult],
    baseline: &Baseline,
    known: &Known,
    release: Release,
    logs: &Path,
) -> Score {
    let mut score = Score::default();
    let mut categories: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    let mut fixed = Vec::new();
    for r in results.iter().filter(|r| applies(&r.script)) {
        let total = baseline.total(r);
        let category = r.script.split('/').next().unwrap_or_default();
        let sums = categories.entry(category).or_default();
        let whole = r.passed == total && matches!(r.status, Status::Passed | Status::Skipped);
        for (sum, n) in
            sums.iter_mut().zip([r.passed, total, usize::from(whole && total > 0), usize::from(total > 0)])
        {
            *sum += n;
        }
        score.passed += r.passed;
        score.total += total;
        let failing = failing(r, total);
        let new: Vec<&str> =
            failing.iter().filter(|t| !known.covers(release, &r.script, t)).map(String::as_str).collect();
        score.new += new.len();
        fixed.extend(known.fixed(release, r, &failing));
        if !whole {
            let fresh = if new.is_empty() { String::new() } else { format!("  NEW: {}", new.join(" ")) };
            println!(
                "  {:<34} {:>3}/{:<3} {:?} {:.1} s  {}{fresh}",
                r.script,
                r.passed,
                total,
                r.status,
                r.seconds,
                failing.join(" ")
            );
        }
        if !r.flaky.is_empty() {
            println!("  {:<34} passed only on a second try: {}", r.script, r.flaky.join(" "));
        }
    }
    println!("  {:<20} {:>11}   {:>9}", "", "tests", "scripts");
    for (category, [passed, total, whole, scripts]) in &categories {
        println!("  {category:<20} {passed:>5}/{total:<5}   {whole:>4}/{scripts}");
    }
    println!("  {:<20} {:>5}/{:<5}", "all that apply", score.passed, score.total);
    if score.passed < score.total {
        println!("  what failing scripts printed: {}", logs.display());
    }
    if !fixed.is_empty() {
        println!("  pass now, though {KNOWN} lists them (--record takes them out): {}", fixed.join(" "));
    }
    if score.new > 0 {
        println!("  {} tests fail that {KNOWN} does not list", score.new);
    }
    score
}

fn neutral_score(results: &[ScriptResult], neutral: &Neutral) -> Score {
    let mut score = Score::default();
    for r in results.iter().filter(|r| applies(&r.script)) {
        let Some(tests) = neutral.0.get(&r.script) else { continue };
        let passed: BTreeSet<&str> = r.passed_tests.iter().map(String::as_str).collect();
        let missing: Vec<&str> = tests.iter().map(String::as_str).filter(|t| !passed.contains(t)).collect();
        score.total += tests.len();
        score.passed += tests.len() - missing.len();
        score.new += missing.len();
        if !missing.is_empty() {
            println!("  {:<34} {}", r.script, missing.join(" "));
        }
    }
    println!("  tests both releases of GNU make pass: {}/{}", score.passed, score.total);
    score
}

/// The tests of a script that did not pass: those that failed, and `rest:N` when N were never reached.
fn failing(r: &ScriptResult, total: usize) -> Vec<String> {
    let mut all = r.failed_tests.clone();
    let reached = r.passed + r.failed_tests.len();
    if reached < total {
        all.push(format!("rest:{}", total - reached));
    }
    all
}

/// How many tests each script has.
struct Baseline(BTreeMap<String, usize>);

impl Baseline {
    fn read(repo: &Path, release: Release) -> Result<Baseline> {
        let rows = rows(&repo.join(format!("xtask/data/suite-{}.tsv", release.name())))?;
        let mut all = BTreeMap::new();
        for row in rows {
            if let [script, ran, ..] = row.as_slice() {
                all.insert(script.clone(), ran.parse().with_context(|| format!("{script}: {ran}"))?);
            }
        }
        Ok(Baseline(all))
    }

    fn total(&self, r: &ScriptResult) -> usize {
        self.0.get(&r.script).copied().unwrap_or(0).max(r.ran)
    }
}

/// For each script of the 4.3 suite, the tests that both releases pass.
struct Neutral(BTreeMap<String, Vec<String>>);

impl Neutral {
    fn read(repo: &Path) -> Result<Neutral> {
        let rows = rows(&repo.join("xtask/data/neutral-4.3.tsv"))?;
        let words = |text: &String| text.split_whitespace().map(str::to_string).collect();
        Ok(Neutral(rows.iter().filter_map(|r| Some((r.first()?.clone(), words(r.get(1)?)))).collect()))
    }
}

/// The rows of a table: columns between tabs, `#` begins a comment.
fn rows(path: &PathBuf) -> Result<Vec<Vec<String>>> {
    let text = fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
    let lines = text.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    Ok(lines.map(|l| l.split('\t').map(str::to_string).collect()).collect())
}

/// The list of known failures: (suite, script, test) and why.
#[derive(Debug, Default, PartialEq)]
struct Known(BTreeMap<(String, String, String), String>);

impl Known {
    fn read(path: &PathBuf) -> Result<Known> {
        if !path.exists() {
            return Ok(Known::default());
        }
        let mut known = Known::default();
        for row in rows(path)? {
            let mut columns = row.into_iter();
            let mut next = || columns.next().unwrap_or_default();
            known.0.insert((next(), next(), next()), next());
        }
        Ok(known)
    }

    fn text(&self) -> String {
        let mut text = KNOWN_HEAD.to_string();
        for ((suite, script, test), why) in &self.0 {
            text.push_str(&format!("{suite}\t{script}\t{test}\t{why}\n"));
        }
        text
    }

    fn of<'k>(&'k self, release: Release, script: &'k str) -> impl Iterator<Item = &'k str> {
        self.0
            .keys()
            .filter(move |(r, s, _)| r == release.name() && s == script)
            .map(|(_, _, test)| test.as_str())
    }

    fn covers(&self, release: Release, script: &str, test: &str) -> bool {
        let rest = |t: &str| t.strip_prefix("rest:").and_then(|n| n.parse::<usize>().ok());
        match rest(test) {
            Some(n) => self.of(release, script).filter_map(rest).any(|allowed| n <= allowed),
            None => self.of(release, script).any(|t| t == test),
        }
    }

    /// What the list holds that does not fail any more.
    fn fixed(&self, release: Release, r: &ScriptResult, failing: &[String]) -> Vec<String> {
        let still = |t: &str| failing.iter().any(|f| f == t);
        self.of(release, &r.script).filter(|t| !still(t)).map(|t| format!("{}:{t}", r.script)).collect()
    }

    /// Writes the results of the scripts that ran over what was known of them; reasons are kept.
    fn replace(&mut self, release: Release, results: &[ScriptResult], baseline: &Baseline) {
        for r in results.iter().filter(|r| applies(&r.script)) {
            let key = |test: &str| (release.name().to_string(), r.script.clone(), test.to_string());
            let old: BTreeMap<_, _> = self
                .0
                .extract_if(.., |(suite, script, _), _| suite == release.name() && *script == r.script)
                .collect();
            for test in failing(r, baseline.total(r)) {
                let why = old.get(&key(&test)).cloned().unwrap_or_default();
                self.0.insert(key(&test), why);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(passed: usize, failed: &[&str]) -> ScriptResult {
        ScriptResult {
            script: "features/x".into(),
            status: Status::Failed,
            ran: passed + failed.len(),
            passed,
            passed_tests: Vec::new(),
            failed_tests: failed.iter().map(|f| f.to_string()).collect(),
            seconds: 0.0,
            flaky: Vec::new(),
        }
    }

    #[test]
    fn a_failure_not_listed_is_new_and_a_listed_one_that_passes_is_fixed() {
        let mut known = Known::default();
        let baseline = Baseline(BTreeMap::from([("features/x".to_string(), 6)]));
        let first = result(3, &["10.1"]);
        known.replace(Release::V441, std::slice::from_ref(&first), &baseline);
        let tests: Vec<&str> = known.of(Release::V441, "features/x").collect();
        assert_eq!(tests, ["10.1", "rest:2"]);
        assert!(known.covers(Release::V441, "features/x", "rest:1"));
        assert!(!known.covers(Release::V441, "features/x", "rest:3"));
        assert!(!known.covers(Release::V43, "features/x", "10.1"));
        let second = result(5, &["12.1"]);
        let failing = failing(&second, 6);
        assert_eq!(known.fixed(Release::V441, &second, &failing), ["features/x:10.1", "features/x:rest:2"]);
        assert!(!known.covers(Release::V441, "features/x", &failing[0]));
    }

    #[test]
    fn reasons_survive_a_new_recording() {
        let mut known = Known::default();
        let key = ("4.4.1".to_string(), "features/x".to_string(), "10.1".to_string());
        known.0.insert(key.clone(), "because".into());
        known.replace(Release::V441, &[result(1, &["10.1", "11.1"])], &Baseline(BTreeMap::new()));
        assert_eq!(known.0.get(&key).map(String::as_str), Some("because"));
        assert_eq!(known.0.len(), 2);
    }
}
