//! `cargo xtask whole`: what rkbuild tells of whole trees, compared with what their builds printed and left.
//!
//! `--compile-commands`, asked before anything is built, gives what the kernel's own script finds afterwards. `--last` tells of each
//! target whose line was printed, and of a kernel's failure, so that it can be repeated.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::bench_kernel::{prepared, read, with_goal};
use crate::candidate;
use crate::machine::{self, Headers};
use crate::oracle::Tally;
use crate::places::Places;
use crate::recipe::{Family, Recipe};
use crate::reference::{self, Release};
use crate::sources::{self, clear};
use crate::stage::{Settings, Stage};
use crate::tell::{Entry, entries};

/// What is looked at when nothing is named: a kernel, and modules whose recipe is one call of make.
const TREES: [&str; 4] = ["linux-6.1-tiny", "acpi-call", "lime-forensics", "tp-smapi"];

/// Where the script is in a kernel's source, and the kernel whose script is used for modules.
const SCRIPT: &str = "scripts/clang-tools/gen_compile_commands.py";
const KERNEL: &str = TREES[0];

/// What the script writes.
const FOUND: &str = "found.json";

/// Words of kbuild; each line printed with one of them must be a target that is told of.
const WORDS: [&str; 6] = ["AR", "AS", "CC", "CC [M]", "HOSTCC", "LDS"];

/// What the script that links a kernel has another make for, which is a process of its own and tells nobody, and what it
/// assembles itself: their lines are no targets of a make that tells.
const BY_SCRIPT: [&str; 2] = ["init/version-timestamp.o", ".tmp_vmlinux.kallsyms"];

/// What no compiler knows, and what gcc says of it.
const NONSENSE: &str = "KCFLAGS=--nonsense";
const COMPLAINT: &str = "unrecognized command-line option '--nonsense'";

/// As a step: those that are looked at when nothing is named.
pub fn step(places: &Places) -> Result<Tally> {
    run(places, &[])
}

/// How many trees of those named were as they should be.
pub fn run(places: &Places, names: &[String]) -> Result<Tally> {
    let mut packages = machine::module_packages()?;
    packages.extend(["ccache", "python3"].map(String::from));
    machine::install(&packages.iter().map(String::as_str).collect::<Vec<_>>())?;
    let names = if names.is_empty() { TREES.map(String::from).to_vec() } else { names.to_vec() };
    let mut tally = Tally::default();
    for name in &names {
        match look(places, name) {
            Ok(()) => tally.passed += 1,
            Err(why) => {
                tally.failed += 1;
                println!("{name}: {why:#}");
            }
        }
    }
    Ok(tally)
}

/// A tree that GNU make configured, and the file that compile commands are written to.
struct Tree<'a> {
    stage: Stage<'a>,
    recipe: &'a Recipe,
    told: PathBuf,
}

fn look(places: &Places, name: &str) -> Result<()> {
    let (family, recipe) = read(places, name)?;
    let (reference, headers) = (reference::program(places, Release::V441)?, Headers::newest()?);
    let source = sources::prepare(places, family, &recipe)?;
    let settings = Settings {
        jobs: Some(2),
        phases: vec!["configure".into()],
        limit: Duration::from_secs(4 * 3600),
        ccache: Some(places.cached("ccache")?),
    };
    let _lock = places.lock("oracle-trees")?;
    let stage = Stage::new(places, &recipe, source, Some(&headers), &settings)?;
    let mut stage = prepared(stage, name, &reference)?;
    let scratch = places.cached("whole")?;
    clear(&scratch)?;
    std::fs::create_dir_all(&scratch)?;
    let cache = scratch.join("cache").display().to_string();
    stage.program(&candidate::rkbuild(places)?, &[("XDG_CACHE_HOME", &cache)])?;
    let tree = Tree { stage, recipe: &recipe, told: scratch.join("compile_commands.json") };
    let before = tree.compile_commands(&recipe.build)?;
    let built = tree.run(&recipe.build)?;
    ensure!(built.status.success(), "{}", text(&built.stderr));
    tree.same_entries(places, family, &recipe.build, &before)?;
    is_whole(&tree.last(&recipe.build)?, &text(&built.stdout)).context("--last")?;
    if family == Family::Kernel {
        tree.failure(&with_goal(&recipe.build, "init/main.o")).context("--last of a failure")?;
    }
    tree.stage.clear()
}

impl Tree<'_> {
    fn run(&self, command: &str) -> Result<Output> {
        Ok(self.stage.command(command)?.output()?)
    }

    /// What `--compile-commands` gives.
    fn compile_commands(&self, build: &str) -> Result<BTreeSet<Entry>> {
        let out = self.run(&format!("{build} --compile-commands={}", self.told.display()))?;
        ensure!(out.status.success(), "{}", text(&out.stderr));
        entries(&self.told)
    }

    /// The kernel's script finds the same in the tree that was built, and so does rkbuild in it.
    fn same_entries(
        &self,
        places: &Places,
        family: Family,
        build: &str,
        before: &BTreeSet<Entry>,
    ) -> Result<()> {
        // As the kernel's makefile calls it for a module; and for a kernel, all that is below the tree.
        let (package, from, below) = match family {
            Family::Kernel => (self.recipe.kernel()?.to_owned(), "$S", ""),
            _ => {
                let (family, kernel) = read(places, KERNEL)?;
                sources::prepare(places, family, &kernel)?;
                (kernel.kernel()?.to_owned(), "$K", "$S")
            }
        };
        let script = sources::trees(places)?.join(package).join(SCRIPT);
        let out = self.run(&format!("cd {from} && python3 {} -o $S/{FOUND} {below}", script.display()))?;
        ensure!(out.status.success(), "{}", text(&out.stderr));
        let wanted = entries(&self.stage.tree.join(FOUND))?;
        ensure!(!wanted.is_empty(), "the script finds nothing");
        for (when, told) in [("before the build", before), ("after it", &self.compile_commands(build)?)] {
            for entry in wanted.symmetric_difference(told).take(6) {
                println!(
                    "{}: {entry:?}",
                    if told.contains(entry) { "the script has not" } else { "not told" }
                );
            }
            ensure!(
                wanted == *told,
                "the script has {} entries, rkbuild tells {} {when}",
                wanted.len(),
                told.len()
            );
        }
        println!("{} compile commands, as the kernel's script gives", wanted.len());
        Ok(())
    }

    /// What `--last` tells of the last build with these arguments.
    fn last(&self, build: &str) -> Result<Value> {
        let out = self.run(&format!("{build} --last=json"))?;
        ensure!(out.status.success(), "{}", text(&out.stderr));
        Ok(serde_json::from_slice::<Value>(&out.stdout)?["build"].take())
    }

    /// A build that fails: `--last` tells of it, with a line that fails in the same way.
    fn failure(&self, build: &str) -> Result<()> {
        let wrong = format!("{build} {NONSENSE}");
        let out = self.run(&wrong)?;
        ensure!(out.status.code() == Some(2) && text(&out.stderr).contains(COMPLAINT), "{out:?}");
        let told = self.last(&wrong)?;
        let Some(failure) = told["failures"].get(0) else { bail!("no failure: {told}") };
        let again = failure["again"].as_str().context("no line to repeat it")?;
        let out = self.run(&format!("cd /; {again}"))?;
        ensure!(!out.status.success() && text(&out.stderr).contains(COMPLAINT), "{again}: {out:?}");
        Ok(())
    }
}

/// All that a build printed is told of, and nothing failed.
fn is_whole(build: &Value, printed: &str) -> Result<()> {
    ensure!(build["status"] == 0 && build["failures"] == serde_json::json!([]), "it failed: {build}");
    let made = build["made"].as_array().context("no targets")?;
    ensure!(made.iter().all(|made| made["outcome"] == "done"), "some are not done");
    let word = |line: &str| WORDS.into_iter().rev().find(|word| line.starts_with(&format!("  {word} ")));
    let mut more: BTreeMap<&str, i64> = WORDS.into_iter().map(|word| (word, 0)).collect();
    let by_script = |line: &&str| {
        let name = line.split_whitespace().last().unwrap_or_default();
        BY_SCRIPT.iter().any(|made| name.starts_with(made))
    };
    let lines = printed.lines().filter(|line| !by_script(line));
    lines.filter_map(word).for_each(|word| *more.entry(word).or_default() += 1);
    ensure!(more.values().sum::<i64>() > 0, "nothing was printed");
    for made in made.iter().filter_map(|made| made["word"].as_str()) {
        more.entry(made).and_modify(|count| *count -= 1);
    }
    ensure!(more.values().all(|count| *count == 0), "so many more were printed than are told of: {more:?}");
    let path = build["critical_path"].as_array().context("no critical path")?;
    let took = |value: &Value| value["took"].as_f64().unwrap_or_default();
    let (whole, critical) = (took(build), path.iter().map(took).sum::<f64>());
    ensure!(critical > 0.0 && critical <= whole, "the critical path is {critical} s of {whole}");
    Ok(())
}

fn text(out: &[u8]) -> String {
    String::from_utf8_lossy(out).into_owned()
}
