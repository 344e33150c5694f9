//! One file touched in a built tree: how soon its compiler starts, and what the make itself costs, the programs it starts left out.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::stage::Touched;

/// What rebuilds of one tree took, in seconds; GNU make first.
#[derive(Debug, Default)]
pub struct OneFile {
    name: String,
    until_read: [Vec<f64>; 2],
    all: [Vec<f64>; 2],
    own_cpu: Vec<f64>,
}

impl OneFile {
    pub fn new(name: &str) -> OneFile {
        OneFile { name: name.to_string(), ..OneFile::default() }
    }

    /// What was touched is made again by `command`. `side` is 0 for GNU make, 1 for rkbuild, which is told to give its `--stats=json`.
    pub fn round(&mut self, command: &mut Command, touched: Touched, side: usize) -> Result<()> {
        let began = SystemTime::now();
        let (errors, success) = run(command)?;
        if !success {
            bail!("{}: {}", self.name, String::from_utf8_lossy(&errors));
        }
        self.all[side].push(began.elapsed()?.as_secs_f64());
        if let Some(read) = touched.first_read()?.and_then(|read| read.duration_since(began).ok()) {
            self.until_read[side].push(read.as_secs_f64());
        }
        if side == 1 {
            self.own_cpu.push(own_cpu(&errors).context("no statistics of rkbuild")?);
        }
        Ok(())
    }

    /// What was measured, in lines.
    pub fn table(&self) -> String {
        let [until, all] =
            [&self.until_read, &self.all].map(|[make, rkbuild]| (median(make), median(rkbuild)));
        let own = median(&self.own_cpu);
        format!(
            "{}:\n\
             {:<44}{:>8.3} s with GNU make, {:>8.3} s with rkbuild: {:.1} times sooner\n\
             {:<44}{:>8.3} s with GNU make, {:>8.3} s with rkbuild\n\
             {:<44}{:>8.3} s\n",
            self.name,
            "until its compiler reads it",
            until.0,
            until.1,
            until.0 / until.1,
            "until all is done",
            all.0,
            all.1,
            "rkbuild's own CPU time",
            own,
        )
    }
}

/// What it wrote on standard error, and whether it succeeded.
fn run(command: &mut Command) -> Result<(Vec<u8>, bool)> {
    let done = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let done = done.with_context(|| format!("cannot run {}", Path::new(command.get_program()).display()))?;
    Ok((done.stderr, done.status.success()))
}

/// The CPU time of the process itself in what `--stats=json` wrote, in seconds.
pub fn own_cpu(errors: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(errors).ok()?;
    let line = text.lines().rev().find(|line| line.starts_with('{'))?;
    let stats: Value = serde_json::from_str(line).ok()?;
    Some(stats.get("nanoseconds")?.get("cpu_of_this_process")?.as_f64()? / 1e9)
}

/// The middle one; not a number where there are none.
pub fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_time_is_that_of_the_last_object() {
        let text = b"make: warning\n{\"nanoseconds\":{\"all\":5,\"cpu_of_this_process\":250000000}}\n";
        assert_eq!(own_cpu(text), Some(0.25));
        assert_eq!(own_cpu(b"make: *** no"), None);
    }
}
