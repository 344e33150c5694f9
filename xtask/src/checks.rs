//! `cargo xtask test`: everything that must pass before a change goes in, as a list of steps.
//!
//! A step is a name, whether it belongs to the quick ones, and a function that says how many things passed and failed. To add
//! one, write the function and add a line to `STEPS`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};
use regex::Regex;

use crate::candidate::{self, Mode, Variant};
use crate::ceremony;
use crate::completions;
use crate::conformance::Conformance;
use crate::definitions;
use crate::faults::Faults;
use crate::fuzz::Fuzz;
use crate::fuzz_recall::FuzzRecall;
use crate::fuzz_shell::FuzzShell;
use crate::given;
use crate::lang::{self, Kind};
use crate::machine;
use crate::oracle::{Oracle, Tally};
use crate::pages;
use crate::places::Places;
use crate::programs;
use crate::progress;
use crate::recipe::Family;
use crate::reference::Release;
use crate::stage::Settings;
use crate::tell;
use crate::tokens::Tokens;
use crate::tools::Tools;
use crate::trial;
use crate::whole;
use crate::why;

/// The name of the cargo test that `cargo test` runs and the step `language` stands for.
const LANGUAGE_TEST: &str = "language_tests_agree_with_gnu_make";

struct Step {
    name: &'static str,
    quick: bool,
    run: fn(&Places) -> Result<Tally>,
}

/// Modules compared at -j2 each time, with --no-native too; at -j1 all are, without.
const PARALLEL_MODULES: &[&str] = &["ddcci", "openvpn-dco", "tp-smapi"];

/// Modules compared each time with what is remembered given, and evaluated to see whether it would have been right to.
const REMEMBERED_MODULES: &[&str] = &["ddcci"];

/// The kernel compared each time.
const KERNELS: &[&str] = &["linux-6.1-tiny"];

/// The features compared each time with rkbuild --no-native too; the others with `cargo xtask oracle features`.
const FEATURES_NO_NATIVE: &[&str] = &["errors", "strangers"];

/// The projects compared each time.
const PROJECTS: &[&str] = &["dash", "lua5.4", "zlib"];

/// What language tests are run under besides nothing at all.
const SWITCHES: &[&str] = &["n", "q", "t", "B", "i", "e", "ks"];

/// In the order they run: what fails fastest first.
const STEPS: &[Step] = &[
    Step { name: "format", quick: true, run: format },
    Step { name: "clippy", quick: true, run: clippy },
    Step { name: "unit", quick: true, run: unit },
    Step { name: "language", quick: true, run: language },
    Step { name: "switches", quick: false, run: switches },
    Step { name: "conformance-4.4.1", quick: false, run: |p| conformance(p, Release::V441, true) },
    Step { name: "conformance-no-native", quick: false, run: |p| conformance(p, Release::V441, false) },
    Step { name: "conformance-4.3", quick: false, run: |p| conformance(p, Release::V43, true) },
    Step { name: "language-recall", quick: false, run: language_recall },
    Step { name: "conformance-recall", quick: false, run: conformance_recall },
    Step { name: "random-makefiles", quick: false, run: random_makefiles },
    Step { name: "random-lines", quick: false, run: random_lines },
    Step { name: "random-trees", quick: false, run: random_trees },
    Step { name: "try", quick: false, run: try_module },
    Step { name: "tell", quick: false, run: tell_of_modules },
    Step { name: "ceremony", quick: false, run: ceremony },
    Step { name: "completions", quick: false, run: completions },
    Step { name: "progress", quick: false, run: progress },
    Step { name: "explain", quick: false, run: why::check },
    Step { name: "pages", quick: false, run: pages::run },
    Step { name: "submakes", quick: false, run: programs::check_submakes },
    Step { name: "given", quick: false, run: given::check },
    Step { name: "definitions", quick: false, run: definitions::check },
    Step { name: "tools", quick: false, run: tools },
    Step { name: "tokens", quick: false, run: tokens },
    Step { name: "faults", quick: false, run: faults },
    Step { name: "oracle-modules", quick: false, run: |p| oracle(p, Family::Modules, &[], None) },
    Step { name: "oracle-modules-j2", quick: false, run: parallel_modules },
    Step { name: "modules-recall", quick: false, run: modules_recall },
    Step { name: "oracle-features", quick: false, run: |p| oracle(p, Family::Features, &[], None) },
    Step { name: "features-no-native", quick: false, run: features_no_native },
    Step {
        name: "oracle-projects",
        quick: false,
        run: |places| oracle(places, Family::Projects, PROJECTS, None),
    },
    Step { name: "oracle-kernel", quick: false, run: |p| oracle(p, Family::Kernel, KERNELS, Some(2)) },
    Step { name: "whole", quick: false, run: whole::step },
];

/// The user and system time of all processes that ran below this one and have ended.
fn cpu_of_children() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("getrusage")?;
    let microseconds =
        |time: TimeVal| Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap_or(0));
    Ok(microseconds(usage.user_time()) + microseconds(usage.system_time()))
}

/// Runs the steps whose name contains `filter` and prints a line for each as it ends and once more in the end, then the sum.
pub fn run(places: &Places, filter: &str, quick: bool) -> Result<bool> {
    let mut lines = Vec::new();
    let mut sum = Tally::default();
    for step in STEPS.iter().filter(|s| s.name.contains(filter) && (s.quick || !quick)) {
        println!("== {}", step.name);
        let (start, cpu) = (Instant::now(), cpu_of_children()?);
        let tally = (step.run)(places).unwrap_or_else(|e| {
            println!("{}: {e:#}", step.name);
            Tally { passed: 0, failed: 1 }
        });
        sum.passed += tally.passed;
        sum.failed += tally.failed;
        let seconds = start.elapsed().as_secs();
        let cpu = cpu_of_children()?.saturating_sub(cpu).as_secs();
        let line = format!(
            "{:<24} {:>5} passed, {:>3} failed  {seconds:>5} s, {cpu:>5} s of CPU time",
            step.name, tally.passed, tally.failed
        );
        println!("step {line}");
        lines.push(line);
    }
    println!("\n{}", lines.join("\n"));
    println!("{} passed, {} failed", sum.passed, sum.failed);
    Ok(sum.failed == 0 && sum.passed > 0)
}

fn one(ok: bool) -> Tally {
    Tally { passed: usize::from(ok), failed: usize::from(!ok) }
}

fn cargo(places: &Places, args: &[&str]) -> Command {
    let mut cmd = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cmd.args(args).current_dir(&places.repo).stdin(Stdio::null());
    cmd
}

fn format(places: &Places) -> Result<Tally> {
    Ok(one(cargo(places, &["fmt", "--all", "--check"]).status()?.success()))
}

fn clippy(places: &Places) -> Result<Tally> {
    let args = ["clippy", "--quiet", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    Ok(one(cargo(places, &args).status()?.success()))
}

fn unit(places: &Places) -> Result<Tally> {
    // `crates/rkbuild/tests/ccache.rs`
    machine::install(&["ccache"])?;
    let args =
        ["test", "--quiet", "--workspace", "--locked", "--no-fail-fast", "--", "--skip", LANGUAGE_TEST];
    let out = cargo(places, &args).stderr(Stdio::inherit()).output().context("cannot run cargo")?;
    std::io::stdout().write_all(&out.stdout)?;
    let mut tally = counted(&String::from_utf8_lossy(&out.stdout))?;
    // A test that does not compile, or dies, is in no count.
    if !out.status.success() && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

/// The sums of cargo's `test result` lines.
fn counted(text: &str) -> Result<Tally> {
    let mut tally = Tally::default();
    for found in Regex::new(r"test result: .* (\d+) passed; (\d+) failed")?.captures_iter(text) {
        let (_, [passed, failed]) = found.extract();
        tally.passed += passed.parse::<usize>()?;
        tally.failed += failed.parse::<usize>()?;
    }
    Ok(tally)
}

fn variants(places: &Places) -> Result<Vec<Variant>> {
    candidate::variants(places, None)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn language(places: &Places) -> Result<Tally> {
    report(lang::run_all(places, Kind::Named(""), variants(places)?, cores())?)
}

/// The language tests once more with each of these switches in the environment, native.
fn switches(places: &Places) -> Result<Tally> {
    let mut tally = Tally { passed: 0, failed: 0 };
    for switches in SWITCHES {
        println!("MAKEFLAGS={switches}");
        let native = variants(places)?.into_iter().filter(|variant| variant.native).collect();
        let some = report(lang::run_all(places, Kind::Under("", switches), native, cores())?)?;
        tally.passed += some.passed;
        tally.failed += some.failed;
    }
    Ok(tally)
}

/// The language tests once more, each three times over in the same directory with what is remembered given.
fn language_recall(places: &Places) -> Result<Tally> {
    let variants = candidate::remembering(variants(places)?, &[Mode::On]);
    report(lang::run_all(places, Kind::Again(""), variants, cores())?)
}

fn report(report: lang::Report) -> Result<Tally> {
    for (name, text) in &report.failures {
        println!("{name}: FAILED\n{text}");
    }
    Ok(Tally { passed: report.passed, failed: report.failures.len() })
}

fn conformance(places: &Places, release: Release, native: bool) -> Result<Tally> {
    conformance_of(
        places,
        release,
        variants(places)?.into_iter().find(|v| v.native == native).context("no such variant")?,
    )
}

fn conformance_recall(places: &Places) -> Result<Tally> {
    let variant = candidate::remembering(variants(places)?, &[Mode::On]).pop().context("no such variant")?;
    conformance_of(places, Release::V441, variant)
}

/// What fails as docs/conformance.tsv says counts neither way.
fn conformance_of(places: &Places, release: Release, variant: Variant) -> Result<Tally> {
    let score = Conformance {
        releases: vec![release],
        variant,
        only: Vec::new(),
        jobs: cores(),
        limit: Duration::from_secs(120),
        record: false,
        neutral: false,
    }
    .run(places)?;
    Ok(Tally { passed: score.passed, failed: score.new })
}

fn try_module(places: &Places) -> Result<Tally> {
    Ok(one(trial::run(places, None::<&Path>)?))
}

fn tell_of_modules(places: &Places) -> Result<Tally> {
    Ok(Tally { passed: tell::run(places)?, failed: 0 })
}

fn ceremony(places: &Places) -> Result<Tally> {
    Ok(Tally { passed: ceremony::run(places)?, failed: 0 })
}

fn completions(places: &Places) -> Result<Tally> {
    Ok(Tally { passed: completions::run(places)?, failed: 0 })
}

fn progress(places: &Places) -> Result<Tally> {
    Ok(Tally { passed: progress::run(places)?, failed: 0 })
}

/// With rkbuild as it is: most of the time goes to compilers. `--no-native` has steps of its own, for a few of each kind.
fn oracle(places: &Places, family: Family, names: &[&str], jobs: Option<u32>) -> Result<Tally> {
    let mut variants = variants(places)?;
    variants.retain(|variant| variant.native);
    oracle_with(places, family, names, jobs, variants)
}

/// All variants: the general path is compared here.
fn parallel_modules(places: &Places) -> Result<Tally> {
    oracle_with(places, Family::Modules, PARALLEL_MODULES, Some(2), variants(places)?)
}

fn modules_recall(places: &Places) -> Result<Tally> {
    let variants = candidate::remembering(variants(places)?, &[Mode::On, Mode::Verify]);
    oracle_with(places, Family::Modules, REMEMBERED_MODULES, None, variants)
}

/// The same few hundred random makefiles each time, which agreed when this was written.
fn random_makefiles(places: &Places) -> Result<Tally> {
    let variants = variants(places)?;
    Fuzz { seed: 1, count: Some(400), time: None, release: Release::V441, variants, jobs: 2 }.run(places)
}

/// The same trees of makefiles and changes each time, with recall.
fn random_trees(places: &Places) -> Result<Tally> {
    let program = candidate::rkbuild(places)?;
    FuzzRecall { seed: 1, rounds: Some(150), time: None, program, jobs: cores() }.run(places)
}

/// The same recipe lines over the same files each time, by dash and by rkbuild.
fn random_lines(places: &Places) -> Result<Tally> {
    let variants = variants(places)?.into_iter().filter(|variant| variant.native).collect();
    FuzzShell { seed: 1, count: 2000, variants, jobs: cores() }.run()
}

/// The same files each time.
fn tools(places: &Places) -> Result<Tally> {
    Tools { seed: 1, rounds: 10, variants: variants(places)? }.run(places)
}

/// Most of their time the jobs sleep.
fn tokens(places: &Places) -> Result<Tally> {
    Tokens { only: Vec::new(), variants: variants(places)?, at_once: 3 * cores() }.run(places)
}

/// The same moments each time, but for what the machine makes of them.
fn faults(places: &Places) -> Result<Tally> {
    let mut variants = variants(places)?;
    variants.extend(candidate::remembering(variants.clone(), &[Mode::On]));
    Faults { only: Vec::new(), variants, rounds: None, seed: 1, short: true, at_once: 2 * cores() }
        .run(places)
}

/// What the reference did is known from the step before.
fn features_no_native(places: &Places) -> Result<Tally> {
    let mut variants = variants(places)?;
    variants.retain(|variant| !variant.native);
    oracle_with(places, Family::Features, FEATURES_NO_NATIVE, None, variants)
}

/// A change of flags builds all of it again, which shows least for its time: that phase is left to `cargo xtask oracle`.
fn oracle_with(
    places: &Places,
    family: Family,
    names: &[&str],
    jobs: Option<u32>,
    variants: Vec<Variant>,
) -> Result<Tally> {
    // Only the first program has to wait for the compiler: what has another command line or another source is compiled. Where
    // compilers are remembered they are called as they are.
    let ccache = match variants.iter().any(|variant| variant.recall.is_some()) {
        true => None,
        false => {
            machine::install(&["ccache"])?;
            Some(places.cached("ccache")?)
        }
    };
    Oracle {
        family,
        names: names.iter().map(|n| n.to_string()).collect(),
        release: Release::V441,
        variants,
        settings: Settings {
            jobs,
            phases: family.phases().iter().filter(|p| **p != "flag").map(|p| p.to_string()).collect(),
            limit: Duration::from_secs(3600),
            ccache,
        },
        cross: true,
        fresh: false,
        at_once: cores(),
        most: 12,
        shown: 20,
    }
    .run(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_of_all_test_programs_are_added() {
        let text =
            "test result: ok. 13 passed; 0 failed; 0 ignored\nx\ntest result: FAILED. 2 passed; 3 failed; 0";
        let tally = counted(text).unwrap();
        assert_eq!((tally.passed, tally.failed), (15, 3));
    }
}
