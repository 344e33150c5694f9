//! `cargo xtask bench kernel` and `bench clean`: whole kernels, and projects with a kbuild of their own, with nothing to do, with one file
//! touched, and from nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::bench::{Bench, Measured, table, times_table};
use crate::candidate::Mode;
use crate::confine::{ERRORS, measure};
use crate::machine::Headers;
use crate::one_file::{OneFile, median, own_cpu};
use crate::places::Places;
use crate::programs;
use crate::recipe::{self, Family, Recipe};
use crate::reference::{self, Release};
use crate::sources;
use crate::stage::{Settings, Stage};

/// Which trees, and what is asked of them.
#[derive(Debug, Default)]
pub struct Trees {
    /// Recipes of kernels and projects.
    pub names: Vec<String>,
    /// Goals that are measured beside, and in the place of, those of the recipe.
    pub goals: Vec<String>,
    /// An option that is switched on and off.
    pub option: Option<String>,
    /// A header that is touched before dry runs.
    pub header: Option<String>,
    /// Where compilers that go through ccache keep what they compiled, while the trees are built; builds from nothing are measured so.
    pub ccache: Option<PathBuf>,
}

/// One of two programs on a tree that was built.
struct Side<'a> {
    stage: Stage<'a>,
    program: PathBuf,
    env: Vec<(&'static str, &'a str)>,
}

impl Side<'_> {
    /// Makes it the one that is found as `make`: both work in one tree at one path.
    fn enter(&mut self) -> Result<()> {
        self.stage.program(&self.program, &self.env)
    }
}

impl Bench {
    /// Null builds of whole trees, by recipe.
    pub fn kernels(&self, places: &Places, trees: &Trees) -> Result<()> {
        let reference = reference::program(places, Release::V441)?;
        let root = places.cached("bench")?;
        let headers = Headers::newest()?;
        let settings = self.settings();
        let phases = vec!["configure".into(), "build".into()];
        let building = Settings { jobs: Some(2), phases, ccache: trees.ccache.clone(), ..settings.clone() };
        let (mut all, mut one_file, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for name in &trees.names {
            let (family, recipe) = read(places, name)?;
            let source = sources::prepare(places, family, &recipe)?;
            let _lock = places.lock("oracle-trees")?;
            let build = Stage::new(places, &recipe, source.clone(), Some(&headers), &building)?;
            println!("building {name} with GNU make");
            let build = prepared(build, name, &reference)?;
            let own = self.environment(&root)?;
            let own: Vec<(&str, &str)> = own.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let mut sides = Vec::new();
            for (program, env) in [(&reference, Vec::new()), (&self.variant.program, own)] {
                let stage = Stage::new(places, &recipe, source.clone(), Some(&headers), &settings)?;
                sides.push(Side { stage, program: program.clone(), env });
            }
            for goal in std::iter::once(None).chain(trees.goals.iter().map(Some)) {
                let named = goal.map_or(name.clone(), |goal| format!("{name}, {goal}"));
                let command = goal.map_or(recipe.build.clone(), |goal| with_goal(&recipe.build, goal));
                let mut measured = Measured::new(&named);
                // What is left to do is done, and what is to be remembered is found out, in builds that do not count.
                for side in [0, 1, 1] {
                    let Some(own) = sides.get_mut(side) else { continue };
                    own.enter()?;
                    measure(&own.stage.command(&command)?, &root)?;
                }
                for pair in 0..self.pairs {
                    for side in order(pair) {
                        let Some(own) = sides.get_mut(side) else { continue };
                        own.enter()?;
                        measured.add(side, measure(&own.stage.command(&command)?, &root)?);
                    }
                }
                all.push(measured);
            }
            if self.recall == Some(Mode::On) && family == Family::Kernel && !recipe.touch.is_empty() {
                one_file.push(self.one_file(&recipe, &mut sides)?);
            }
            if let Some(option) = &trees.option {
                others.push(self.one_option(&recipe, option, &mut sides, &root)?);
            }
            if let Some(header) = &trees.header {
                others.push(self.dry_runs(&recipe, header, &mut sides, &root)?);
            }
            build.clear()?;
        }
        print!("{}", table(&all, &self.variant.name));
        if self.recall.is_some() {
            print!("{}", times_table(&all));
        }
        one_file.iter().for_each(|one| print!("\n{}", one.table()));
        if !others.is_empty() {
            print!("\n{}{}", table(&others, &self.variant.name), times_table(&others));
        }
        Ok(())
    }

    /// Trees built from nothing, after GNU make configured them: GNU make against rkbuild that remembers nothing of them yet, and the
    /// latter against `--recall=off`.
    pub fn clean_kernels(&self, places: &Places, trees: &Trees) -> Result<()> {
        let reference = reference::program(places, Release::V441)?;
        let root = places.cached("bench")?;
        let headers = Headers::newest()?;
        let settings = Settings { jobs: Some(2), ccache: trees.ccache.clone(), ..self.settings() };
        let configure = Settings { phases: vec!["configure".into()], ..settings.clone() };
        let (mut against_make, mut against_off, mut own) = (Vec::new(), Vec::new(), Vec::new());
        for name in &trees.names {
            let (family, recipe) = read(places, name)?;
            let source = sources::prepare(places, family, &recipe)?;
            let _lock = places.lock("oracle-trees")?;
            let (mut make, mut off) =
                (Measured::new(name), Measured::new(&format!("{name}, on against off")));
            let off_is =
                Bench { recall: None, variant: self.variant.clone(), filter: String::new(), ..*self };
            let on_is = Bench {
                recall: Some(Mode::On),
                variant: self.variant.clone(),
                filter: String::new(),
                ..*self
            };
            // What is compiled for the first time takes its time, and is measured without ccache.
            if trees.ccache.is_some() {
                println!("building {name}, for ccache to have all of it");
                let stage = Stage::new(places, &recipe, source.clone(), Some(&headers), &configure)?;
                let stage = prepared(stage, name, &reference)?;
                measure(&stage.build_command()?, &root)?;
                stage.clear()?;
            }
            let mut shares = Vec::new();
            for pair in 0..self.pairs {
                for turn in 0..3 {
                    let side = (pair + turn) % 3;
                    let env = match side {
                        0 => Vec::new(),
                        1 => off_is.environment(&root)?,
                        _ => on_is.environment(&root)?,
                    };
                    let env: Vec<(&str, &str)> = env.iter().map(|(n, v)| (*n, v.as_str())).collect();
                    let stage = Stage::new(places, &recipe, source.clone(), Some(&headers), &configure)?;
                    let mut stage = prepared(stage, name, &reference)?;
                    stage.program(if side == 0 { &reference } else { &self.variant.program }, &env)?;
                    let stats = if side == 2 { " --stats=json" } else { "" };
                    let usage = measure(&stage.command(&format!("{}{stats}", recipe.build))?, &root)?;
                    match side {
                        0 => make.add(0, usage),
                        1 => off.add(0, usage),
                        _ => {
                            let itself = own_cpu(&fs::read(root.join(ERRORS))?);
                            let itself = itself.context("no statistics of rkbuild")?;
                            shares.push(100.0 * itself / usage.cpu.as_secs_f64());
                            make.add(1, usage);
                            off.add(1, usage);
                        }
                    }
                    stage.clear()?;
                }
            }
            against_make.push(make);
            against_off.push(off);
            own.push((name, median(&shares)));
        }
        print!("{}{}", table(&against_make, &self.variant.name), times_table(&against_make));
        print!("\nThe first of the two is --recall=off:\n{}", table(&against_off, &self.variant.name));
        for (name, share) in own {
            println!("\n{name}: {share:.2} % of the CPU time is rkbuild's own");
        }
        Ok(())
    }

    /// The programs that builds from nothing start, after GNU make configured the tree, under strace: by name, GNU make's first.
    pub fn programs_of_kernels(&self, places: &Places, trees: &Trees) -> Result<()> {
        let reference = reference::program(places, Release::V441)?;
        let root = places.cached("bench")?;
        let headers = Headers::newest()?;
        let settings = Settings { jobs: Some(2), phases: vec!["configure".into()], ..self.settings() };
        for name in &trees.names {
            let (family, recipe) = read(places, name)?;
            let source = sources::prepare(places, family, &recipe)?;
            let _lock = places.lock("oracle-trees")?;
            let goal = trees.goals.first();
            let command = goal.map_or(recipe.build.clone(), |goal| with_goal(&recipe.build, goal));
            let own = self.environment(&root)?;
            let own: Vec<(&str, &str)> = own.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let mut counts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
            for (side, (program, env)) in
                [(&reference, &[][..]), (&self.variant.program, &own)].into_iter().enumerate()
            {
                let stage = Stage::new(places, &recipe, source.clone(), Some(&headers), &settings)?;
                let mut stage = prepared(stage, name, &reference)?;
                stage.program(program, env)?;
                for path in programs::started(&stage.command(&command)?, &root)? {
                    let path = String::from_utf8_lossy(&path).into_owned();
                    let name = path.rsplit('/').next().unwrap_or_default();
                    counts.entry(name.to_string()).or_default()[side] += 1;
                }
                stage.clear()?;
            }
            println!("{name}{}:", goal.map_or(String::new(), |goal| format!(", {goal}")));
            print!("{}", programs_table(&counts));
        }
        Ok(())
    }

    fn settings(&self) -> Settings {
        Settings {
            jobs: self.recall.map(|_| 2),
            phases: Vec::new(),
            limit: Duration::from_secs(4 * 3600),
            ccache: None,
        }
    }

    /// An option is switched, and switched back, and all that follows made; a few times with each program.
    fn one_option(&self, recipe: &Recipe, option: &str, sides: &mut [Side], root: &Path) -> Result<Measured> {
        let mut measured = Measured::new(&format!("{}, {option}", recipe.name));
        for pair in 0..self.pairs.min(3) {
            for side in order(pair) {
                let Some(own) = sides.get_mut(side) else { continue };
                own.enter()?;
                // What the other made is known then.
                measure(&own.stage.command(&recipe.build)?, root)?;
                for _ in 0..2 {
                    own.stage.switch(option)?;
                    measured.add(side, measure(&own.stage.command(&recipe.build)?, root)?);
                }
            }
        }
        Ok(measured)
    }

    /// A header is touched, and what would follow below each directory is printed. Of the whole a kernel's makefiles link `vmlinux`
    /// even in a dry run.
    fn dry_runs(&self, recipe: &Recipe, header: &str, sides: &mut [Side], root: &Path) -> Result<Measured> {
        let mut measured = Measured::new(&format!("{}, {header} touched, -n", recipe.name));
        let Some(first) = sides.first() else { return Ok(measured) };
        let touched = first.stage.touch(header)?;
        let goals = directories(&first.stage.tree)?.join(" ");
        let command = format!("{} -n", with_goal(&recipe.build, &goals));
        for pair in 0..=self.pairs {
            for side in order(pair) {
                let Some(own) = sides.get_mut(side) else { continue };
                own.enter()?;
                let took = measure(&own.stage.command(&command)?, root)?;
                // What is to be remembered is found out in the first pair.
                if pair > 0 {
                    measured.add(side, took);
                }
            }
        }
        drop(touched);
        Ok(measured)
    }

    /// One file is touched and `vmlinux` made, a few times with each program.
    fn one_file(&self, recipe: &Recipe, sides: &mut [Side]) -> Result<OneFile> {
        let Some(file) = recipe.touch.first() else { bail!("{} names no file to touch", recipe.name) };
        let mut one = OneFile::new(&format!("{}, one file touched, vmlinux", recipe.name));
        for pair in 0..self.pairs.min(3) {
            for side in order(pair) {
                let Some(own) = sides.get_mut(side) else { continue };
                own.enter()?;
                let stats = if side == 1 { " --stats=json" } else { "" };
                let mut command: Command =
                    own.stage.command(&format!("{}{stats}", with_goal(&recipe.build, "vmlinux")))?;
                one.round(&mut command, own.stage.touch(file)?, side)?;
            }
        }
        Ok(one)
    }
}

/// How often each program was started, the most frequent first, and how many there were for each file that was compiled.
fn programs_table(counts: &BTreeMap<String, [usize; 2]>) -> String {
    let mut rows: Vec<(&str, [usize; 2])> =
        counts.iter().map(|(name, counts)| (name.as_str(), *counts)).collect();
    rows.sort_by_key(|(name, [make, rkbuild])| (std::cmp::Reverse(make + rkbuild), *name));
    let all = rows.iter().fold([0, 0], |[make, rkbuild], (_, more)| [make + more[0], rkbuild + more[1]]);
    let mut text = format!("{:<28}{:>10}{:>10}\n", "program", "GNU make", "rkbuild");
    for (name, [make, rkbuild]) in std::iter::once(("all", all)).chain(rows) {
        text.push_str(&format!("{name:<28}{make:>10}{rkbuild:>10}\n"));
    }
    if let Some([make, rkbuild]) = counts.get("cc1").filter(|counts| !counts.contains(&0)) {
        let each = |all: usize, compiled: &usize| all as f64 / *compiled as f64;
        text.push_str(&format!(
            "{:<28}{:>10.1}{:>10.1}\n",
            "all, for each run of cc1",
            each(all[0], make),
            each(all[1], rkbuild)
        ));
    }
    text
}

/// Has GNU make go through the phases of a stage, in a fresh copy of the source.
pub(crate) fn prepared<'a>(mut stage: Stage<'a>, name: &str, reference: &Path) -> Result<Stage<'a>> {
    stage.program(reference, &[])?;
    stage.fresh()?;
    stage.phases(|_, phase| match phase.ending.is_success() {
        true => Ok(()),
        false => bail!("{name}: {} fails with {}", phase.name, phase.ending),
    })?;
    Ok(stage)
}

/// The directories of a built kernel that are linked into it, as goals: those that have an archive, and the architecture's.
fn directories(tree: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for above in ["", "arch/"] {
        for entry in fs::read_dir(tree.join(above)).with_context(|| format!("read {above}"))? {
            let entry = entry?;
            if entry.path().join("built-in.a").exists() {
                found.push(format!("{above}{}/", entry.file_name().display()));
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Which of the two is first in a pair: in turn.
fn order(pair: usize) -> [usize; 2] {
    if pair.is_multiple_of(2) { [0, 1] } else { [1, 0] }
}

/// A recipe of a kernel, or else of a project.
pub(crate) fn read(places: &Places, name: &str) -> Result<(Family, Recipe)> {
    let kernels = recipe::names(&places.repo, Family::Kernel)?;
    let modules = recipe::names(&places.repo, Family::Modules)?;
    let family = match name {
        name if kernels.iter().any(|kernel| kernel == name) => Family::Kernel,
        name if modules.iter().any(|module| module == name) => Family::Modules,
        _ => Family::Projects,
    };
    Ok((family, recipe::read(&places.repo, family, name)?))
}

/// A recipe's build with another goal in the place of its own, which are the plain words at its end.
pub(crate) fn with_goal(build: &str, goal: &str) -> String {
    let plain = |word: &&str| !word.contains(['=', '$', '/']) && !word.starts_with('-');
    let words: Vec<&str> = build.split(' ').collect();
    let goals = words.iter().skip(1).rev().take_while(|word| plain(word)).count();
    let mut kept = words[..words.len() - goals].to_vec();
    kept.push(goal);
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_by_name_and_for_each_compiled_file() {
        let counts = [("cc1", [2, 2]), ("sh", [10, 0]), ("as", [2, 1])];
        let counts = counts.map(|(name, counts)| (name.to_string(), counts)).into();
        let table = programs_table(&counts);
        let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1..4], [vec!["all", "14", "3"], vec!["sh", "10", "0"], vec!["cc1", "2", "2"]]);
        assert_eq!(lines[5][6..], ["7.0", "1.5"]);
    }

    #[test]
    fn directories_are_those_with_an_archive() {
        let tree = tempfile::tempdir().unwrap();
        for dir in ["kernel", "arch/x86", "scripts", "arch/arm"] {
            fs::create_dir_all(tree.path().join(dir)).unwrap();
        }
        for file in ["kernel/built-in.a", "arch/x86/built-in.a", "built-in.a"] {
            fs::write(tree.path().join(file), "").unwrap();
        }
        assert_eq!(directories(tree.path()).unwrap(), ["arch/x86/", "kernel/"]);
    }

    #[test]
    fn a_goal_takes_the_place_of_those_of_the_build() {
        let all = "make -C $SRC/linux ARCH=arm $J O=$S LOADADDR=0x60003000 zImage uImage modules dtbs";
        assert_eq!(with_goal(all, "dtbs"), "make -C $SRC/linux ARCH=arm $J O=$S LOADADDR=0x60003000 dtbs");
        assert_eq!(with_goal("make $J", "all"), "make $J all");
        assert_eq!(with_goal("make -C $S", "kernel/fork.o"), "make -C $S kernel/fork.o");
    }
}
