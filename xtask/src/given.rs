//! Builds with nothing to do whose makes must all be given: what is wrong there costs no wrong byte, and is seen by nobody else.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::candidate;
use crate::machine::{self, Headers, install, quiet};
use crate::oracle::Tally;
use crate::places::{Places, SYSTEM_PATH};
use crate::recipe::{self, Family};
use crate::sources::{self, clear};
use crate::stage::{Settings, Stage};

/// How often it is built until it is remembered: from nothing, then with nothing to do.
const BEFORE: usize = 2;
/// What is counted: both are 0 where nothing but files was looked at.
const COUNTS: [&str; 2] = ["sessions_evaluated", "programs_started"];
/// For one build of the oracle's modules.
const LIMIT: Duration = Duration::from_secs(1800);

/// Builds the oracle's modules, all when none is named, until there is nothing to do, and says of each whether it was given. One
/// that does not compile here, or whose build does something each time, is not.
pub fn run(places: &Places, names: &[String], candidate: Option<&Path>) -> Result<Tally> {
    let program = match candidate {
        Some(program) => program.to_path_buf(),
        None => candidate::rkbuild(places)?,
    };
    let names = if names.is_empty() { recipe::names(&places.repo, Family::Modules)? } else { names.to_vec() };
    let mut tally = Tally::default();
    for name in names {
        let said = match one(places, &name, &program) {
            Ok([0, started]) => {
                tally.passed += 1;
                match started {
                    0 => "given".to_string(),
                    // What is in /proc, say, is looked at by nobody else.
                    _ => format!("given, {started} programs asked again"),
                }
            }
            Ok([evaluated, started]) => {
                tally.failed += 1;
                format!("{evaluated} makes evaluated, {started} programs started")
            }
            Err(error) => {
                tally.failed += 1;
                format!("{error:#}")
            }
        };
        println!("{name}: {said}");
    }
    Ok(tally)
}

/// The counts of a build of one of the oracle's modules with nothing to do.
fn one(places: &Places, name: &str, program: &Path) -> Result<[u64; 2]> {
    let recipe = recipe::read(&places.repo, Family::Modules, name)?;
    let source = sources::prepare(places, Family::Modules, &recipe)?;
    let headers = Headers::newest()?;
    let _lock = places.lock(&format!("oracle-{name}"))?;
    let settings = Settings { jobs: None, phases: Vec::new(), limit: LIMIT, ccache: None };
    let mut stage = Stage::new(places, &recipe, source, Some(&headers), &settings)?;
    let cache = stage.beside("given");
    clear(&cache)?;
    stage.program(program, &[("RKBUILD_RECALL", "on"), ("XDG_CACHE_HOME", &cache.to_string_lossy())])?;
    stage.fresh()?;
    let mut built = |what: &str, command: &str| {
        let phase = stage.phase(what, command)?;
        if !phase.ending.is_success() {
            bail!("not built, {}", phase.ending);
        }
        Ok(phase)
    };
    if !recipe.pre.is_empty() {
        built("configure", &recipe.pre)?;
    }
    for _ in 0..BEFORE {
        built("build", &recipe.build)?;
    }
    // The makes that the recipe starts; those below them are counted with them.
    let counting = format!("make() {{ command make --stats=json \"$@\"; }}; {}", recipe.build);
    let phase = built("null", &counting)?;
    let said = String::from_utf8_lossy(&phase.err).into_owned();
    let stats: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    if stats.is_empty() {
        bail!("no counts were told");
    }
    stage.clear()?;
    clear(&cache)?;
    let sum = |name: &str| stats.iter().map(|stats| count(stats, name)).sum::<Result<u64>>();
    Ok([sum(COUNTS[0])?, sum(COUNTS[1])?])
}

fn count(stats: &Value, name: &str) -> Result<u64> {
    stats.get(name).and_then(Value::as_u64).with_context(|| format!("no {name}: {stats}"))
}

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
    let mut tally = Tally::default();
    for name in COUNTS {
        let found = count(&stats, name)?;
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
