//! The command line of xtask.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use xtask::bench::Bench;
use xtask::bench_kernel::Trees;
use xtask::candidate::Mode;
use xtask::churn::Churn;
use xtask::conformance::Conformance;
use xtask::faults::Faults;
use xtask::fuzz::Fuzz;
use xtask::fuzz_recall::FuzzRecall;
use xtask::fuzz_shell::FuzzShell;
use xtask::lang::Kind;
use xtask::oracle::Oracle;
use xtask::places::Places;
use xtask::recipe::Family;
use xtask::reference::Release;
use xtask::stage::Settings;
use xtask::targets::Targets;
use xtask::terminal::Terminals;
use xtask::tokens::Tokens;
use xtask::tools::Tools;
use xtask::why::Why;
use xtask::{
    candidate, checks, clangd, confine, debs, definitions, given, lang, machine, package, pages, recipe,
    trial, whole,
};

/// Tries, tests and measures rkbuild against GNU make
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Builds a small kernel module with the system's make and with rkbuild and compares all files
    Try(Candidate),
    /// Runs all checks: format, clippy, unit and language tests, GNU make's suites, real modules
    Test(Test),
    /// Runs the language tests (tests/lang) under GNU make and rkbuild, native and not, and compares byte for byte
    Lang(Lang),
    /// Builds real modules, kernels or projects with GNU make and with rkbuild at one path and compares everything to be seen
    Oracle(OracleArguments),
    /// Runs GNU make's own test suites against rkbuild and compares with docs/conformance.tsv
    Conformance(ConformanceArguments),
    /// Runs random makefiles under GNU make and rkbuild, native and not, and shows what differs, made small
    FuzzDiff(FuzzArguments),
    /// Builds random trees of makefiles, changed at random, by GNU make and by rkbuild with recall, and shows what differs
    FuzzRecall(FuzzRecallArguments),
    /// Runs random recipe lines over random files by dash and by rkbuild, as root and as nobody, and shows what differs
    FuzzShell(FuzzShellArguments),
    /// Changes a module in one known way after the other and looks that --explain names what was changed
    Explain(ExplainArguments),
    /// Opens profiles (--profile) in Chromium, a module's and one of 3,000 targets, and uses them
    Pages,
    /// Compares what --compile-commands and --last tell of whole trees with what their builds leave and print
    Whole(WholeArguments),
    /// Opens a file of a kernel for gcc, and of one for LLVM=1, in clangd with the database that --compile-commands writes
    Clangd,
    /// Compares what is done in place of programs (fixdep) with the programs, on random files
    Tools(ToolsArguments),
    /// Counts jobs and jobserver tokens where rkbuild and GNU make run below each other: failures, kills and Ctrl-C included
    Tokens(TokensArguments),
    /// Compares, key by key, what is to be seen in a terminal: menuconfig, nconfig, Ctrl-C, Ctrl-Z, another size
    Terminal(TerminalArguments),
    /// Interrupts and kills builds and runs them short of what they need, and compares what is left, and what a resumed build gives
    Faults(FaultsArguments),
    /// Installs rkbuild by cargo and as a Debian package in a copy of the system, and builds with DKMS there, by both makes
    Package,
    /// Builds packages of Debian's (lz4, ethtool and dash, where none are named) with dpkg-buildpackage under fakeroot in a copy of the
    /// system, by both makes, and compares them
    Debs(DebsArguments),
    /// Uses the definitions that kbuild's makefiles are built around, if_changed and its like, as kernels and projects have them, by
    /// GNU make and rkbuild, native and not: all is the same, and each of them is recognised
    Definitions(DefinitionsArguments),
    /// Says which of the oracle's modules are given, without a make evaluated, when there is nothing to do
    Given(GivenArguments),
    /// Measures CPU time and memory against GNU make 4.4.1, in alternating pairs
    Bench(BenchArguments),
    /// Runs a program with limits, or measured
    #[command(hide = true)]
    Confine(confine::Confine),
}

#[derive(clap::Args)]
struct Candidate {
    /// Compare this program instead of rkbuild
    #[arg(long, value_name = "PROGRAM")]
    candidate: Option<PathBuf>,
}

#[derive(clap::Args)]
struct Test {
    /// Only steps whose name contains this
    filter: Option<String>,
    /// Only what takes a few minutes
    #[arg(long)]
    quick: bool,
}

#[derive(clap::Args)]
struct Lang {
    /// Only tests whose name contains this
    filter: Option<String>,
    #[command(flatten)]
    program: Candidate,
    /// Tests at a time
    #[arg(long, short, default_value_t = cores())]
    jobs: usize,
    /// All that a test runs three times over in the same directory, rkbuild with this --recall
    #[arg(long, value_enum, value_name = "MODE", conflicts_with_all = ["print", "makeflags"])]
    recall: Option<Mode>,
    /// With these switches in MAKEFLAGS of the environment; what tests say of their status and coverage does not count then
    #[arg(long, value_name = "SWITCHES", conflicts_with = "print")]
    makeflags: Option<String>,
    /// Compare nothing, print what GNU make does
    #[arg(long)]
    print: bool,
    /// Show at most this many failures in full
    #[arg(long, default_value_t = 50)]
    show: usize,
}

#[derive(clap::Args)]
struct OracleArguments {
    /// Modules from Debian's -dkms packages, whole kernels from its linux-source packages, projects that only use make as
    /// make from its source packages, what kbuild offers to modules (testdata/modules), a kernel changed again and again, or
    /// every target of a kernel's `make help`
    #[arg(value_enum)]
    family: FamilyName,
    /// Recipes (the files in xtask/recipes); all of the family but kernels when none is named, linux-6.1-tiny for `churn`.
    /// With `targets`: architectures, or what a goal must contain
    names: Vec<String>,
    /// With `churn`: how many changes
    #[arg(long, default_value_t = 200)]
    rounds: usize,
    /// With `churn`: what the changes follow from
    #[arg(long)]
    seed: Option<u64>,
    /// With `churn`: rkbuild says why it runs each command, and that has to be the change
    #[arg(long)]
    explain: bool,
    /// With `targets`: write docs/targets.md, of the architectures named
    #[arg(long)]
    record: bool,
    #[command(flatten)]
    program: Candidate,
    /// Only rkbuild itself, or only rkbuild --no-native
    #[arg(long, value_enum)]
    only: Option<VariantName>,
    /// rkbuild with --recall, once for each mode named; the null phase three times
    #[arg(long, value_enum, value_name = "MODE", value_delimiter = ',')]
    recall: Vec<Mode>,
    /// The GNU make to compare with; rkbuild takes its identity
    #[arg(long, default_value = "4.4.1", value_parser = ["4.3", "4.4.1"])]
    compat: String,
    /// The -j option given to the makes; printed lines are sorted when it is above 1
    #[arg(long, short)]
    jobs: Option<u32>,
    /// Recipes at a time
    #[arg(long, default_value_t = 1)]
    at_once: usize,
    /// The phases to go through; all of the family's when none is named
    #[arg(long, value_delimiter = ',')]
    phases: Vec<String>,
    /// Leave out the null builds of each other's trees
    #[arg(long)]
    no_cross: bool,
    /// Run the reference again although its results are known
    #[arg(long)]
    fresh: bool,
    /// Call the compilers through ccache, so that only the first program has to wait for them
    #[arg(long)]
    ccache: bool,
    /// Seconds for each phase
    #[arg(long, default_value_t = 3600)]
    limit: u64,
    /// Lines shown of each difference
    #[arg(long, default_value_t = 12)]
    most: usize,
    /// Differences shown of each recipe; all are written to a file
    #[arg(long, default_value_t = 20)]
    shown: usize,
}

#[derive(clap::Args)]
struct ConformanceArguments {
    #[command(flatten)]
    program: Candidate,
    /// Which suite; rkbuild takes its identity
    #[arg(long, default_value = "4.4.1", value_parser = ["4.3", "4.4.1", "both"])]
    suite: String,
    /// Only scripts whose name contains this
    #[arg(long)]
    only: Vec<String>,
    /// Scripts at a time
    #[arg(long, short, default_value_t = cores())]
    jobs: usize,
    /// Only rkbuild itself, or only rkbuild --no-native
    #[arg(long, value_enum, default_value = "native")]
    variant: VariantName,
    /// With this --recall
    #[arg(long, value_enum, value_name = "MODE")]
    recall: Option<Mode>,
    /// Run the 4.3 suite at the default identity; count the tests that both releases of GNU make pass
    #[arg(long, conflicts_with = "record")]
    neutral: bool,
    /// Write docs/conformance.tsv anew
    #[arg(long)]
    record: bool,
    /// Seconds for each script
    #[arg(long, default_value_t = 120)]
    limit: u64,
}

#[derive(clap::Args)]
struct FuzzArguments {
    #[command(flatten)]
    program: Candidate,
    /// How long
    #[arg(long)]
    minutes: Option<f64>,
    /// How many makefiles
    #[arg(long)]
    count: Option<usize>,
    /// What the makefiles follow from
    #[arg(long)]
    seed: Option<u64>,
    /// The GNU make to compare with; rkbuild takes its identity
    #[arg(long, default_value = "4.4.1", value_parser = ["4.3", "4.4.1"])]
    compat: String,
    /// Only rkbuild itself, or only rkbuild --no-native
    #[arg(long, value_enum)]
    only: Option<VariantName>,
    /// How many are tried at a time; the machine's cores if not said
    #[arg(long, short)]
    jobs: Option<usize>,
}

#[derive(clap::Args)]
struct FuzzRecallArguments {
    #[command(flatten)]
    program: Candidate,
    /// How long
    #[arg(long)]
    minutes: Option<f64>,
    /// How many runs of each make; 1000 if neither is said
    #[arg(long)]
    rounds: Option<usize>,
    /// What the trees follow from
    #[arg(long)]
    seed: Option<u64>,
    /// How many trees are built at a time; the machine's cores if not said
    #[arg(long, short)]
    jobs: Option<usize>,
}

#[derive(clap::Args)]
struct ExplainArguments {
    /// How many changes
    #[arg(long, default_value_t = 100)]
    rounds: usize,
    /// What the changes follow from
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(clap::Args)]
struct FuzzShellArguments {
    #[command(flatten)]
    program: Candidate,
    /// How many lines
    #[arg(long, default_value_t = 2000)]
    count: usize,
    /// What the lines follow from
    #[arg(long)]
    seed: Option<u64>,
    /// Only rkbuild itself, or only rkbuild --no-native
    #[arg(long, value_enum)]
    only: Option<VariantName>,
    /// How many are tried at a time; the machine's cores if not said
    #[arg(long, short)]
    jobs: Option<usize>,
}

#[derive(clap::Args)]
struct ToolsArguments {
    #[command(flatten)]
    program: Candidate,
    /// How many rounds, of 40 records each, for each kernel
    #[arg(long, default_value_t = 20)]
    rounds: usize,
    /// What the files follow from
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(clap::Args)]
struct TokensArguments {
    /// Only cases whose name contains one of these, such as `r4r`, `GivenPipe`, `Killed`
    only: Vec<String>,
    #[command(flatten)]
    program: Candidate,
    /// Cases at a time
    #[arg(long, default_value_t = 2 * cores())]
    at_once: usize,
}

#[derive(clap::Args)]
struct TerminalArguments {
    /// Only scenarios whose name contains one of these
    only: Vec<String>,
    #[command(flatten)]
    program: Candidate,
}

#[derive(clap::Args)]
struct FaultsArguments {
    /// Only faults whose name contains one of these
    only: Vec<String>,
    /// How many rounds of those that come at random moments; each has a number of its own if not said
    #[arg(long)]
    rounds: Option<usize>,
    /// What the moments follow from
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    program: Candidate,
    /// Only rkbuild itself, or only rkbuild --no-native
    #[arg(long, value_enum)]
    variant: Option<VariantName>,
    /// rkbuild with this --recall
    #[arg(long, value_enum)]
    recall: Option<Mode>,
    /// Only what is part of `cargo xtask test`, with few rounds
    #[arg(long)]
    short: bool,
    /// Faults at a time
    #[arg(long, default_value_t = cores())]
    at_once: usize,
}

#[derive(clap::Args)]
struct WholeArguments {
    /// Recipes of kernels and modules; a tinyconfig and three modules when none is named
    names: Vec<String>,
}

#[derive(clap::Args)]
struct DefinitionsArguments {
    /// linux-source-6.1, linux-source-6.12 (both when none is named), busybox, u-boot, u-boot-2025
    names: Vec<String>,
    #[command(flatten)]
    program: Candidate,
}

#[derive(clap::Args)]
struct GivenArguments {
    /// Recipes in xtask/recipes/modules; all when none is named
    names: Vec<String>,
    #[command(flatten)]
    program: Candidate,
}

#[derive(clap::Args)]
struct DebsArguments {
    /// Source packages of Debian 12
    names: Vec<String>,
    #[command(flatten)]
    program: Candidate,
}

#[derive(clap::Args)]
struct BenchArguments {
    /// `kernel`: null builds of whole kernels and projects; `clean`: builds of them from nothing; `limit`: the same against their
    /// compilers, archivers and linkers alone; anything else: only workloads whose name contains this
    what: Option<String>,
    /// With these: recipes
    #[arg(default_values = ["linux-6.1-tiny"])]
    kernels: Vec<String>,
    #[command(flatten)]
    program: Candidate,
    /// Only rkbuild itself, or only rkbuild --no-native
    #[arg(long, value_enum, default_value = "native")]
    variant: VariantName,
    /// Pairs of runs
    #[arg(long, short, default_value_t = 5)]
    pairs: usize,
    /// Count the programs started too (strace); with `clean` count them alone, by name
    #[arg(long)]
    programs: bool,
    /// Say too how much memory all processes have together, at most
    #[arg(long)]
    together: bool,
    /// rkbuild remembers what its first build saw, with this --recall (`on` if none is said); kernels are built with -j2
    #[arg(long, value_name = "MODE", num_args = 0..=1, require_equals = true, default_missing_value = "on")]
    recall: Option<Mode>,
    /// With `kernel`: measure this goal too, in the same tree; with `limit` and `clean --programs`: build this alone
    #[arg(long = "goal", value_name = "GOAL")]
    goals: Vec<String>,
    /// With `kernel`: measure builds, too, after this option (CONFIG_NAME) was switched on or off
    #[arg(long, value_name = "OPTION")]
    option: Option<String>,
    /// With `kernel`: measure dry runs, too, after this header ($SRC/… for one of the source) was touched
    #[arg(long, value_name = "FILE")]
    header: Option<String>,
    /// With `kernel`: compile what kernels are built from through ccache, but not what is measured; with `clean`: measure builds
    /// through a ccache that has all results
    #[arg(long)]
    ccache: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum FamilyName {
    Modules,
    Kernel,
    Projects,
    Features,
    Churn,
    Targets,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum VariantName {
    Native,
    General,
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("xtask: {e:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all went well.
fn run(task: Task) -> Result<bool> {
    let places = Places::find()?;
    match task {
        Task::Try(c) => trial::run(&places, c.candidate.as_deref()),
        Task::Test(t) => {
            // Linking it as released would take minutes of it.
            let places = Places { profile: "checked", ..places };
            checks::run(&places, t.filter.as_deref().unwrap_or(""), t.quick)
        }
        Task::Lang(l) => run_lang(&places, &l),
        Task::Oracle(o) => run_oracle(&places, &o),
        Task::Conformance(c) => run_conformance(&places, &c),
        Task::FuzzDiff(f) => run_fuzz(&places, &f),
        Task::FuzzRecall(f) => run_fuzz_recall(&places, &f),
        Task::FuzzShell(f) => run_fuzz_shell(&places, &f),
        Task::Explain(e) => run_explain(&places, &e),
        Task::Pages => run_pages(&places),
        Task::Whole(w) => run_whole(&places, &w.names),
        Task::Clangd => clangd::run(&places).map(|()| true),
        Task::Tools(t) => run_tools(&places, &t),
        Task::Tokens(t) => run_tokens(&places, &t),
        Task::Terminal(t) => run_terminal(&places, &t),
        Task::Faults(f) => run_faults(&places, &f),
        Task::Package => package::run(&places).map(|()| true),
        Task::Debs(d) => run_debs(&places, &d),
        Task::Definitions(d) => run_definitions(&places, &d),
        Task::Given(g) => run_given(&places, &g),
        Task::Bench(b) => run_bench(&places, &b),
        Task::Confine(c) => {
            let status = confine::enter(&c)?;
            std::process::exit(status)
        }
    }
}

fn run_lang(places: &Places, l: &Lang) -> Result<bool> {
    let filter = l.filter.as_deref().unwrap_or("");
    if l.print {
        lang::print_reference(places, filter)?;
        return Ok(true);
    }
    let variants = candidate::variants(places, l.program.candidate.as_deref())?;
    let kind = match &l.makeflags {
        Some(switches) => Kind::Under(filter, switches),
        None if l.recall.is_some() => Kind::Again(filter),
        None => Kind::Named(filter),
    };
    let variants = candidate::remembering(variants, l.recall.as_slice());
    let report = lang::run_all(places, kind, variants, l.jobs)?;
    for (name, text) in report.failures.iter().take(l.show) {
        println!("{name}: FAILED\n{text}");
    }
    let known =
        if report.known > 0 { format!(", {} known differences", report.known) } else { String::new() };
    println!("{} passed, {} failed{known}", report.passed, report.failures.len());
    Ok(report.failures.is_empty())
}

fn run_oracle(places: &Places, o: &OracleArguments) -> Result<bool> {
    let family = match o.family {
        FamilyName::Modules => Family::Modules,
        FamilyName::Kernel => Family::Kernel,
        FamilyName::Projects => Family::Projects,
        FamilyName::Features => Family::Features,
        FamilyName::Churn => return run_churn(places, o),
        FamilyName::Targets => return run_targets(places, o),
    };
    if family == Family::Kernel && o.names.is_empty() {
        bail!("which kernel? {}", recipe::names(&places.repo, family)?.join(" "));
    }
    let phases = match o.phases.as_slice() {
        [] => family.phases().iter().map(|p| p.to_string()).collect(),
        phases => phases.to_vec(),
    };
    let tally = Oracle {
        family,
        names: o.names.clone(),
        release: release(&o.compat),
        variants: chosen_variants(places, o)?,
        settings: settings(places, o, phases)?,
        cross: !o.no_cross,
        fresh: o.fresh,
        at_once: o.at_once,
        most: o.most,
        shown: o.shown,
    }
    .run(places)?;
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn chosen_variants(places: &Places, o: &OracleArguments) -> Result<Vec<candidate::Variant>> {
    let mut variants = candidate::variants(places, o.program.candidate.as_deref())?;
    variants.retain(|v| o.only.is_none_or(|only| v.native == (only == VariantName::Native)));
    Ok(candidate::remembering(variants, &o.recall))
}

/// Where ccache keeps its results, if it is asked for.
fn store(places: &Places, asked: bool) -> Result<Option<PathBuf>> {
    if !asked {
        return Ok(None);
    }
    machine::install(&["ccache"])?;
    places.cached("ccache").map(Some)
}

fn settings(places: &Places, o: &OracleArguments, phases: Vec<String>) -> Result<Settings> {
    let ccache = store(places, o.ccache)?;
    Ok(Settings { jobs: o.jobs, phases, limit: Duration::from_secs(o.limit), ccache })
}

fn run_churn(places: &Places, o: &OracleArguments) -> Result<bool> {
    let recipe = match o.names.as_slice() {
        [] => "linux-6.1-tiny".to_string(),
        [one] => one.clone(),
        _ => bail!("churn takes one kernel"),
    };
    let seed = o.seed.unwrap_or_else(|| fastrand::u64(..));
    println!("{recipe}: {} rounds, --seed {seed}", o.rounds);
    let tally = Churn {
        recipe,
        rounds: o.rounds,
        seed,
        release: release(&o.compat),
        variants: chosen_variants(places, o)?,
        settings: settings(places, o, Vec::new())?,
        explain: o.explain,
        most: o.most,
    }
    .run(places)?;
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn run_targets(places: &Places, o: &OracleArguments) -> Result<bool> {
    let tally = Targets {
        only: o.names.clone(),
        release: release(&o.compat),
        variants: chosen_variants(places, o)?,
        settings: settings(places, o, Vec::new())?,
        most: o.most,
        record: o.record,
    }
    .run(places)?;
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn run_fuzz(places: &Places, f: &FuzzArguments) -> Result<bool> {
    let mut variants = candidate::variants(places, f.program.candidate.as_deref())?;
    variants.retain(|v| f.only.is_none_or(|only| v.native == (only == VariantName::Native)));
    let limited = f.minutes.is_some() || f.count.is_some();
    let tally = Fuzz {
        seed: f.seed.unwrap_or_else(|| fastrand::u64(..)),
        count: if limited { f.count } else { Some(1000) },
        time: f.minutes.map(|minutes| Duration::from_secs_f64(minutes * 60.0)),
        release: release(&f.compat),
        variants,
        jobs: f.jobs.unwrap_or_else(cores),
    }
    .run(places)?;
    Ok(tally.failed == 0)
}

fn run_fuzz_recall(places: &Places, f: &FuzzRecallArguments) -> Result<bool> {
    let program = match &f.program.candidate {
        Some(program) => program.clone(),
        None => candidate::rkbuild(places)?,
    };
    let limited = f.minutes.is_some() || f.rounds.is_some();
    let tally = FuzzRecall {
        seed: f.seed.unwrap_or_else(|| u64::from(fastrand::u32(..))),
        rounds: if limited { f.rounds } else { Some(1000) },
        time: f.minutes.map(|minutes| Duration::from_secs_f64(minutes * 60.0)),
        program,
        jobs: f.jobs.unwrap_or_else(cores),
    }
    .run(places)?;
    Ok(tally.failed == 0)
}

fn run_fuzz_shell(places: &Places, f: &FuzzShellArguments) -> Result<bool> {
    let mut variants = candidate::variants(places, f.program.candidate.as_deref())?;
    // Without its native parts it gives lines to dash itself, which is tried when asked for.
    let only = f.only.unwrap_or(VariantName::Native);
    variants.retain(|v| v.native == (only == VariantName::Native));
    let tally = FuzzShell {
        seed: f.seed.unwrap_or_else(|| fastrand::u64(..)),
        count: f.count,
        variants,
        jobs: f.jobs.unwrap_or_else(cores),
    }
    .run()?;
    Ok(tally.failed == 0)
}

fn run_explain(places: &Places, e: &ExplainArguments) -> Result<bool> {
    let seed = e.seed.unwrap_or_else(|| u64::from(fastrand::u32(..)));
    let tally = Why { rounds: e.rounds, seed }.run(places)?;
    println!("{} passed, {} failed, --seed {seed}", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn run_whole(places: &Places, names: &[String]) -> Result<bool> {
    let tally = whole::run(places, names)?;
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn run_definitions(places: &Places, d: &DefinitionsArguments) -> Result<bool> {
    let tally = definitions::run(places, &d.names, d.program.candidate.as_deref())?;
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn run_given(places: &Places, g: &GivenArguments) -> Result<bool> {
    let tally = given::run(places, &g.names, g.program.candidate.as_deref())?;
    println!("{} given, {} not", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn run_debs(places: &Places, d: &DebsArguments) -> Result<bool> {
    let tally = debs::run(places, &d.names, d.program.candidate.as_deref())?;
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn run_pages(places: &Places) -> Result<bool> {
    let tally = pages::run(places)?;
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn run_tools(places: &Places, t: &ToolsArguments) -> Result<bool> {
    let variants = candidate::variants(places, t.program.candidate.as_deref())?;
    let seed = t.seed.unwrap_or_else(|| u64::from(fastrand::u32(..)));
    let tally = Tools { seed, rounds: t.rounds, variants }.run(places)?;
    println!("{} passed, {} failed, --seed {seed}", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn run_tokens(places: &Places, t: &TokensArguments) -> Result<bool> {
    let variants = candidate::variants(places, t.program.candidate.as_deref())?;
    let tally = Tokens { only: t.only.clone(), variants, at_once: t.at_once }.run(places)?;
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn run_terminal(places: &Places, t: &TerminalArguments) -> Result<bool> {
    let variants = candidate::variants(places, t.program.candidate.as_deref())?;
    let tally = Terminals { only: t.only.clone(), variants }.run(places)?;
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn run_faults(places: &Places, f: &FaultsArguments) -> Result<bool> {
    let mut variants = candidate::variants(places, f.program.candidate.as_deref())?;
    variants.retain(|v| f.variant.is_none_or(|only| v.native == (only == VariantName::Native)));
    variants = candidate::remembering(variants, f.recall.as_slice());
    let seed = f.seed.unwrap_or_else(|| fastrand::u64(..));
    println!("--seed {seed}");
    let tally =
        Faults { only: f.only.clone(), variants, rounds: f.rounds, seed, short: f.short, at_once: f.at_once }
            .run(places)?;
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed == 0)
}

fn release(name: &str) -> Release {
    if name == Release::V43.name() { Release::V43 } else { Release::V441 }
}

fn run_conformance(places: &Places, c: &ConformanceArguments) -> Result<bool> {
    let variant = one_variant(places, &c.program, c.variant)?;
    let variant =
        candidate::remembering(vec![variant], c.recall.as_slice()).pop().context("no such variant")?;
    let releases = match c.suite.as_str() {
        _ if c.neutral => vec![Release::V43],
        "both" => vec![Release::V43, Release::V441],
        name => vec![release(name)],
    };
    let score = Conformance {
        releases,
        variant,
        only: c.only.clone(),
        jobs: c.jobs,
        limit: Duration::from_secs(c.limit),
        record: c.record,
        neutral: c.neutral,
    }
    .run(places)?;
    println!("{} passed, {} failed", score.passed, score.total - score.passed);
    Ok(score.new == 0)
}

fn run_bench(places: &Places, b: &BenchArguments) -> Result<bool> {
    let bench = Bench {
        variant: one_variant(places, &b.program, b.variant)?,
        pairs: b.pairs,
        filter: b.what.clone().unwrap_or_default(),
        programs: b.programs,
        together: b.together,
        recall: b.recall,
    };
    let (names, goals) = (&b.kernels, &b.goals);
    let trees = |ccache| Trees {
        names: names.clone(),
        goals: goals.clone(),
        option: b.option.clone(),
        header: b.header.clone(),
        ccache,
    };
    match b.what.as_deref() {
        Some("kernel") => bench.kernels(places, &trees(store(places, b.ccache)?))?,
        Some("limit") => bench.limit(places, &trees(None))?,
        Some("clean") if b.programs => bench.programs_of_kernels(places, &trees(None))?,
        Some("clean") => bench.clean_kernels(places, &trees(store(places, b.ccache)?))?,
        _ => bench.run(places)?,
    }
    Ok(true)
}

fn one_variant(places: &Places, program: &Candidate, name: VariantName) -> Result<candidate::Variant> {
    let variants = candidate::variants(places, program.candidate.as_deref())?;
    let wanted = |v: &candidate::Variant| !v.own || v.native == (name == VariantName::Native);
    variants.into_iter().find(wanted).context("no such variant")
}
