//! A build with nothing to do whose makes must all be given: what is wrong there costs no wrong byte, and is seen by nobody else.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::candidate;
use crate::machine::{self, Headers, install, quiet};
use crate::oracle::Tally;
use crate::places::{Places, SYSTEM_PATH};
use crate::sources::clear;

/// How often it is built until it is remembered: from nothing, then with nothing to do.
const BEFORE: usize = 2;

/// Checks that a module that is up to date is given: no make is evaluated, and no program started.
pub fn check(places: &Places) -> Result<Tally> {
    let packages = machine::module_packages()?;
    install(&packages.iter().map(String::as_str).collect::<Vec<_>>())?;
    let _lock = places.lock("given")?;
    let dir = places.cached("given")?;
    let (tree, bin, cache) = (dir.join("hello"), dir.join("bin"), dir.join("cache"));
    for place in [&tree, &bin, &cache] {
        clear(place)?;
    }
    fs::create_dir_all(&bin)?;
    quiet(Command::new("cp").arg("-R").arg(places.repo.join("testdata/hello")).arg(&tree))?;
    std::os::unix::fs::symlink(fs::canonicalize(candidate::rkbuild(places)?)?, bin.join("make"))?;
    let build = || -> Result<Value> {
        let mut cmd = Command::new(bin.join("make"));
        cmd.arg("-C").arg(&Headers::newest()?.dir).arg(format!("M={}", tree.display()));
        cmd.args(["modules", "--stats=json"]).env_clear();
        cmd.env("PATH", format!("{}:{SYSTEM_PATH}", bin.display())).env("HOME", &dir);
        cmd.env("XDG_CACHE_HOME", &cache).env("RKBUILD_RECALL", "on");
        let output = cmd.output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            bail!("the module was not built: {said}");
        }
        let stats = said.lines().last().context("no counts were told")?;
        serde_json::from_str(stats).with_context(|| format!("no counts: {said}"))
    };
    for _ in 0..BEFORE {
        build()?;
    }
    let stats = build()?;
    let count =
        |name: &str| stats.get(name).and_then(Value::as_u64).with_context(|| format!("no {name}: {stats}"));
    let mut tally = Tally::default();
    for name in ["sessions_evaluated", "programs_started"] {
        let found = count(name)?;
        *if found == 0 { &mut tally.passed } else { &mut tally.failed } += 1;
        println!(
            "a module with nothing to do: {name} {found}, expected 0: {}",
            if found == 0 { "as it must be" } else { "WRONG" }
        );
    }
    if tally.failed > 0 {
        println!("{stats}");
    }
    Ok(tally)
}
