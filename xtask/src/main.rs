//! The command line of xtask.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::places::Places;
use xtask::{candidate, confine, lang, trial};

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
    /// Runs the language tests (tests/lang) under GNU make and rkbuild, native and not, and compares byte for byte
    Lang(Lang),
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
struct Lang {
    /// Only tests whose name contains this
    filter: Option<String>,
    #[command(flatten)]
    program: Candidate,
    /// Tests at a time
    #[arg(long, short, default_value_t = cores())]
    jobs: usize,
    /// Show at most this many failures in full
    #[arg(long, default_value_t = 50)]
    show: usize,
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
        Task::Lang(l) => run_lang(&places, &l),
        Task::Confine(c) => {
            let status = confine::enter(&c)?;
            std::process::exit(status)
        }
    }
}

fn run_lang(places: &Places, l: &Lang) -> Result<bool> {
    let variants = candidate::variants(places, l.program.candidate.as_deref())?;
    let report = lang::run_all(places, l.filter.as_deref().unwrap_or(""), variants, l.jobs)?;
    for (name, text) in report.failures.iter().take(l.show) {
        println!("{name}: FAILED\n{text}");
    }
    println!("{} passed, {} failed", report.passed, report.failures.len());
    Ok(report.failures.is_empty())
}
