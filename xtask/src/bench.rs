//! `cargo xtask bench`: CPU time, wall time, memory and programs started, in alternating pairs against GNU make 4.4.1.
//!
//! CPU time is that of the whole tree of processes. The machine's state drifts, so what counts is the ratio inside a pair
//! of runs that follow each other; the order in a pair alternates.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::candidate::{Mode, Variant};
use crate::confine::{Usage, measure};
use crate::growth;
use crate::machine::{self, Headers, install, quiet};
use crate::one_file::{OneFile, median};
use crate::places::{Places, SYSTEM_PATH};
use crate::programs;
use crate::reference::{self, Release};
use crate::sources::clear;
use crate::stage::Touched;
use crate::together;

/// What to measure, and how often.
pub struct Bench {
    pub variant: Variant,
    pub pairs: usize,
    /// Only workloads whose name contains this.
    pub filter: String,
    /// Whether to count the programs that are started, under strace.
    pub programs: bool,
    /// Whether to look, in one more run, at the memory of all processes.
    pub together: bool,
    /// Whether the candidate remembers what sessions saw: a first build that is not counted is what it remembers.
    pub recall: Option<Mode>,
}

/// The workload that is cleaned before each run.
const BUILT_CLEAN: &str = "hello module, clean build";

/// What is measured one touched file at a time.
const ONE_OF_TEN: &str = "module of ten files, one touched";

/// A command that either program can run, again and again.
struct Workload {
    name: String,
    dir: PathBuf,
    args: Vec<String>,
    /// What GNU make is told before each run, which is not measured; nothing if empty.
    before: Vec<String>,
}

/// One workload's numbers.
pub(crate) struct Measured {
    name: String,
    reference: Vec<Usage>,
    candidate: Vec<Usage>,
    /// Programs started by each.
    programs: Option<(usize, usize)>,
    /// The most memory that all processes of each had at one time, in KiB.
    together: Option<(u64, u64)>,
}

impl Bench {
    /// The workloads without a kernel.
    pub fn run(&self, places: &Places) -> Result<()> {
        let packages = machine::module_packages()?;
        install(&packages.iter().map(String::as_str).collect::<Vec<_>>())?;
        let reference = reference::program(places, Release::V441)?;
        let _lock = places.lock("bench")?;
        let root = places.cached("bench")?;
        let bins =
            [self.bin(&root, "reference", &reference)?, self.bin(&root, "candidate", &self.variant.program)?];
        let mut all = Vec::new();
        for workload in self.workloads(places, &root, &bins[0])? {
            let env = self.environment(&root)?;
            let env: Vec<(&str, &str)> = env.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let command = |bin: &Path, env: &[(&str, &str)]| {
                let mut cmd = Command::new(bin.join("make"));
                cmd.args(&workload.args).current_dir(&workload.dir).env_clear();
                cmd.env("PATH", format!("{}:{SYSTEM_PATH}", bin.display()))
                    .env("LC_ALL", "C")
                    .env("HOME", &root);
                cmd.envs(env.iter().copied());
                cmd
            };
            let commands = [command(&bins[0], &[]), command(&bins[1], &env)];
            let before = (!workload.before.is_empty()).then(|| {
                let mut cmd = Command::new(bins[0].join("make"));
                cmd.args(&workload.before).current_dir(&workload.dir).env_clear().env("PATH", SYSTEM_PATH);
                cmd
            });
            all.push(self.pairs(&workload.name, &commands, before, &root)?);
        }
        print!("{}", table(&all, &self.variant.name));
        print!("{}", together_lines(&all));
        if self.recall.is_some() {
            print!("{}", times_table(&all));
        }
        if self.recall == Some(Mode::On) && ONE_OF_TEN.contains(&self.filter) {
            print!("\n{}", self.one_of_ten(&root, &bins)?.table());
        }
        Ok(())
    }

    /// An external module of ten files, of which one is touched before each run.
    fn one_of_ten(&self, root: &Path, bins: &[PathBuf; 2]) -> Result<OneFile> {
        let dir = root.join("ten");
        clear(&dir)?;
        fs::create_dir_all(&dir)?;
        let mut makefile = String::from("obj-m := ten.o\nten-y := main.o");
        for n in 1..10 {
            write!(makefile, " part{n}.o")?;
            fs::write(
                dir.join(format!("part{n}.c")),
                format!("int part{n}(int n);\nint part{n}(int n) {{ return n + {n}; }}\n"),
            )?;
        }
        fs::write(dir.join("Makefile"), makefile + "\n")?;
        fs::write(dir.join("main.c"), "#include <linux/module.h>\nMODULE_LICENSE(\"GPL\");\n")?;
        let env = self.environment(root)?;
        let command = |side: usize, stats: &[&str]| -> Result<Command> {
            let mut cmd = Command::new(bins[side].join("make"));
            cmd.arg("-j2")
                .arg("-C")
                .arg(Headers::newest()?.dir)
                .arg(format!("M={}", dir.display()))
                .args(stats);
            cmd.env_clear().env("PATH", format!("{}:{SYSTEM_PATH}", bins[side].display())).env("LC_ALL", "C");
            cmd.env("HOME", root);
            if side == 1 {
                cmd.envs(env.iter().map(|(name, value)| (name, value)));
            }
            Ok(cmd)
        };
        for side in [0, 1, 1] {
            quiet(&mut command(side, &[])?)?;
        }
        let mut one = OneFile::new(ONE_OF_TEN);
        for pair in 0..self.pairs {
            for side in if pair % 2 == 0 { [0, 1] } else { [1, 0] } {
                let stats: &[&str] = if side == 1 { &["--stats=json"] } else { &[] };
                one.round(&mut command(side, stats)?, Touched::touch(&dir.join("part5.c"), false)?, side)?;
            }
        }
        Ok(one)
    }

    /// The candidate's environment. What it remembers is in a directory of its own, empty at the beginning.
    pub(crate) fn environment(&self, root: &Path) -> Result<Vec<(&'static str, String)>> {
        let variant = Variant { recall: self.recall, ..self.variant.clone() };
        let env = variant.environment(Release::V441).into_iter();
        let mut env: Vec<(&'static str, String)> = env.map(|(n, v)| (n, v.to_string())).collect();
        if self.recall.is_some() {
            let cache = root.join("recall");
            clear(&cache)?;
            env.push(("XDG_CACHE_HOME", cache.display().to_string()));
        }
        Ok(env)
    }

    /// A directory with a program called `make`.
    fn bin(&self, root: &Path, name: &str, program: &Path) -> Result<PathBuf> {
        let bin = root.join(name);
        clear(&bin)?;
        fs::create_dir_all(&bin)?;
        symlink(fs::canonicalize(program)?, bin.join("make"))?;
        Ok(bin)
    }

    fn pairs(
        &self,
        name: &str,
        commands: &[Command; 2],
        mut before: Option<Command>,
        scratch: &Path,
    ) -> Result<Measured> {
        let [reference, candidate] = commands;
        let mut measured = Measured::new(name);
        let mut measure = |command: &Command, scratch: &Path| -> Result<Usage> {
            before.as_mut().map_or(Ok(()), quiet)?;
            measure(command, scratch)
        };
        // Once each without counting: files come into memory, and what was left to do is done.
        measure(reference, scratch).with_context(|| format!("{name}, GNU make"))?;
        measure(candidate, scratch).with_context(|| format!("{name}, {}", self.variant.name))?;
        for pair in 0..self.pairs {
            for side in if pair % 2 == 0 { [0, 1] } else { [1, 0] } {
                let command = if side == 0 { reference } else { candidate };
                measured.add(side, measure(command, scratch)?);
            }
        }
        if self.programs {
            let count = |cmd| programs::started(cmd, scratch).map(|all| all.len());
            measured.programs = Some((count(reference)?, count(candidate)?));
        }
        if self.together {
            measured.together = Some((together::peak_kib(reference)?, together::peak_kib(candidate)?));
        }
        Ok(measured)
    }

    fn workloads(&self, places: &Places, root: &Path, reference: &Path) -> Result<Vec<Workload>> {
        let mut all = Vec::new();
        for (name, prepare) in [
            ("hello module, null", hello as fn(&Places, &Path, &Path) -> Result<Vec<String>>),
            (BUILT_CLEAN, hello),
            ("20,000 rules, null", rules),
            ("1 MB of text, 1,000 edits", text),
            ("2,000 directories, null", recursion),
            ("200,000 rules", many_rules),
            ("200,000 recipes, one wanted", many_recipes),
            ("200,000 empty commands", many_commands),
            ("100,000 prerequisites", many_prerequisites),
            ("100,000 phony targets", many_phony),
            ("100,000 objects, pattern", many_static),
            ("10,000 prerequisites, sought", sought),
            ("chain of 10,000", chain),
            ("5,000 directories, -j500", many_directories),
            ("2,500 objects, null", |_, dir, _| growing(dir, 2_500)),
            ("5,000 objects, null", |_, dir, _| growing(dir, 5_000)),
            ("10,000 objects, null", |_, dir, _| growing(dir, 10_000)),
            ("25,000 objects, null", |_, dir, _| growing(dir, 25_000)),
        ] {
            if !name.contains(&self.filter) {
                continue;
            }
            let dir = root.join(name.replace([' ', ','], "-"));
            clear(&dir)?;
            fs::create_dir_all(&dir)?;
            let args = prepare(places, &dir, reference).with_context(|| format!("cannot prepare {name}"))?;
            let before = match name {
                BUILT_CLEAN => args.iter().cloned().chain(["clean".into()]).collect(),
                _ => Vec::new(),
            };
            all.push(Workload { name: name.to_string(), dir, args, before });
        }
        Ok(all)
    }
}

/// The module of testdata, built.
fn hello(places: &Places, dir: &Path, reference: &Path) -> Result<Vec<String>> {
    let source = places.repo.join("testdata/hello/.");
    quiet(Command::new("cp").arg("-R").arg(source).arg(dir))?;
    let args =
        vec!["-C".into(), Headers::newest()?.dir.display().to_string(), format!("M={}", dir.display())];
    let path = format!("{}:{SYSTEM_PATH}", reference.display());
    quiet(Command::new(reference.join("make")).args(&args).env_clear().env("PATH", path))?;
    Ok(args)
}

/// Objects that depend on a source and a header each, all there and up to date.
fn rules(_: &Places, dir: &Path, _: &Path) -> Result<Vec<String>> {
    let mut makefile = String::from("all:\n");
    for n in 0..20_000 {
        let (d, n) = (n / 200, n % 200);
        if n == 0 {
            fs::create_dir_all(dir.join(format!("d{d}")))?;
            fs::write(dir.join(format!("d{d}/common.h")), "")?;
        }
        fs::write(dir.join(format!("d{d}/f{n}.c")), "")?;
        writeln!(makefile, "all: d{d}/f{n}.o\nd{d}/f{n}.o: d{d}/f{n}.c d{d}/common.h\n\tcp $< $@")?;
    }
    // After the sources, so that nothing is out of date.
    std::thread::sleep(Duration::from_millis(20));
    for n in 0..20_000 {
        fs::write(dir.join(format!("d{}/f{}.o", n / 200, n % 200)), "")?;
    }
    fs::write(dir.join("Makefile"), makefile)?;
    Ok(Vec::new())
}

/// A variable of 1 MB that text functions change a thousand times.
fn text(_: &Places, dir: &Path, _: &Path) -> Result<Vec<String>> {
    let mut words = String::new();
    for n in 0..80_000 {
        write!(words, " dir/file{n:05}.c")?;
    }
    let makefile = format!(
        "V :={words}\n\
         digits := 0 1 2 3 4 5 6 7 8 9\n\
         fifty := $(foreach a,1 2 3 4 5,$(digits))\n\
         define edits\n\
         V := $(subst .c,.o,$(V))\n\
         V := $(patsubst %.o,%.c,$(V))\n\
         V := $(V:dir/%=obj/%)\n\
         V := $(filter-out none,$(subst obj/,dir/,$(V)))\n\
         endef\n\
         $(foreach a,$(fifty),$(foreach b,1 2 3 4 5,$(eval $(value edits))))\n\
         all:;@:$(info $(words $(V)))\n"
    );
    fs::write(dir.join("Makefile"), makefile)?;
    Ok(Vec::new())
}

/// One makefile of many rules without recipes, of which none is asked for.
fn many_rules(_: &Places, dir: &Path, _: &Path) -> Result<Vec<String>> {
    one_makefile(dir, "all:;@:\n", 200_000, |n| format!("target{n}: prerequisite{n}\n"))
}

/// The same with recipes.
fn many_recipes(_: &Places, dir: &Path, _: &Path) -> Result<Vec<String>> {
    one_makefile(dir, "all:;@:\n", 200_000, |n| format!("t{n}: p{n}\n\tcp $< $@\n"))
}

/// Recipes that are all run, and do nothing.
fn many_commands(_: &Places, dir: &Path, _: &Path) -> Result<Vec<String>> {
    let first = format!("all: {}\n.PHONY: all\n", list("t", 200_000));
    one_makefile(dir, &first, 200_000, |n| format!("t{n}: Makefile\n\t@:\n"))
}

/// One target made from many that have empty recipes.
fn many_prerequisites(_: &Places, dir: &Path, _: &Path) -> Result<Vec<String>> {
    let first = format!("all: {}\n.PHONY: all\n", list("p", 100_000));
    one_makefile(dir, &first, 100_000, |n| format!("p{n}:;\n"))
}

/// Many targets that are declared in a variable.
fn many_phony(_: &Places, dir: &Path, _: &Path) -> Result<Vec<String>> {
    let first = format!("L := {}\n.PHONY: all $(L)\nall: $(L)\n", list("p", 100_000));
    one_makefile(dir, &first, 0, |_| String::new())
}

/// A static pattern rule for many objects, whose recipes do nothing.
fn many_static(_: &Places, dir: &Path, _: &Path) -> Result<Vec<String>> {
    let words = list("directory/object", 100_000).replace(' ', ".o ") + ".o";
    let first = format!("L := {words}\nall: $(L)\n$(L): %.o: Makefile\n\t@:\n.PHONY: all\n");
    one_makefile(dir, &first, 0, |_| String::new())
}

/// Prerequisites that are no files and for which implicit rules are searched.
fn sought(_: &Places, dir: &Path, _: &Path) -> Result<Vec<String>> {
    let first = format!("all: {}\n.PHONY: all\n", list("p", 10_000));
    one_makefile(dir, &first, 10_000, |n| format!("p{n}:\n"))
}

/// Each target is made from the next.
fn chain(_: &Places, dir: &Path, _: &Path) -> Result<Vec<String>> {
    one_makefile(dir, "all: c0\nc10000:;\n", 10_000, |n| format!("c{n}: c{}\n", n + 1))
}

/// `prefix0 prefix1 …`
fn list(prefix: &str, count: usize) -> String {
    (0..count).map(|n| format!("{prefix}{n}")).collect::<Vec<_>>().join(" ")
}

/// Writes a makefile: `first`, then `count` times what `rule` gives.
fn one_makefile(
    dir: &Path,
    first: &str,
    count: usize,
    rule: impl Fn(usize) -> String,
) -> Result<Vec<String>> {
    let rules: String = (0..count).map(rule).collect();
    fs::write(dir.join("Makefile"), first.to_owned() + &rules)?;
    Ok(Vec::new())
}

/// A make in each of 2,001 directories.
fn recursion(_: &Places, dir: &Path, _: &Path) -> Result<Vec<String>> {
    tree(dir, 40, 49)?;
    Ok(Vec::new())
}

/// A make in each of 5,051 directories, as many at once as can be.
fn many_directories(_: &Places, dir: &Path, _: &Path) -> Result<Vec<String>> {
    tree(dir, 50, 100)?;
    Ok(vec!["-j500".into()])
}

/// Directories of ten objects, with a make each.
fn growing(dir: &Path, count: usize) -> Result<Vec<String>> {
    growth::objects(dir, count)?;
    Ok(vec!["-j2".into()])
}

/// A tree of `outer` directories with `inner` each, and a makefile and one file that is up to date in all of them.
fn tree(dir: &Path, outer: usize, inner: usize) -> Result<()> {
    let list = |count| list("s", count);
    let makefile = |directories: &str| {
        format!(
            "subdirs := {directories}\n\
             all: $(subdirs) x.o\n\
             $(subdirs):\n\t@$(MAKE) --no-print-directory -C $@\n\
             x.o: x.c\n\tcp $< $@\n\
             .PHONY: all $(subdirs)\n"
        )
    };
    let mut sources = Vec::new();
    let mut directory = |path: PathBuf, directories: &str| -> Result<()> {
        fs::create_dir_all(&path)?;
        fs::write(path.join("Makefile"), makefile(directories))?;
        fs::write(path.join("x.c"), "")?;
        sources.push(path);
        Ok(())
    };
    directory(dir.to_path_buf(), &list(outer))?;
    for a in 0..outer {
        directory(dir.join(format!("s{a}")), &list(inner))?;
        for b in 0..inner {
            directory(dir.join(format!("s{a}/s{b}")), "")?;
        }
    }
    std::thread::sleep(Duration::from_millis(20));
    for path in sources {
        fs::write(path.join("x.o"), "")?;
    }
    Ok(())
}

impl Measured {
    pub(crate) fn new(name: &str) -> Measured {
        Measured {
            name: name.to_string(),
            reference: Vec::new(),
            candidate: Vec::new(),
            programs: None,
            together: None,
        }
    }

    pub(crate) fn add(&mut self, side: usize, usage: Usage) {
        if side == 0 { &mut self.reference } else { &mut self.candidate }.push(usage);
    }

    /// The medians, over all pairs, of how many times the candidate's CPU time and wall time the reference needs.
    fn times(&self) -> (f64, f64) {
        let times = |part: fn(&Usage) -> Duration| {
            let pairs = self.reference.iter().zip(&self.candidate);
            let all: Vec<f64> =
                pairs.map(|(r, c)| part(r).as_secs_f64() / part(c).as_secs_f64().max(1e-6)).collect();
            median(&all)
        };
        (times(|usage| usage.cpu), times(|usage| usage.wall))
    }

    /// The candidate's number over the reference's, for each pair, sorted.
    fn ratios(&self, number: impl Fn(&Usage) -> f64) -> Vec<f64> {
        let pairs = self.candidate.iter().zip(&self.reference);
        let mut all: Vec<f64> = pairs.map(|(c, r)| number(c) / number(r).max(1e-6)).collect();
        all.sort_by(f64::total_cmp);
        all
    }
}

fn cpu(usage: &Usage) -> f64 {
    usage.cpu.as_secs_f64()
}

/// How many times the candidate's time GNU make needs.
pub(crate) fn times_table(all: &[Measured]) -> String {
    let mut text = format!("\n{:<28} {:>10} {:>10}\n", "times the candidate's", "CPU", "wall");
    for measured in all {
        let (cpu, wall) = measured.times();
        text.push_str(&format!("{:<28} {cpu:>10.1} {wall:>10.1}\n", measured.name));
    }
    text
}

/// How much memory all processes of each program had.
fn together_lines(all: &[Measured]) -> String {
    let mb = |kib: u64| kib as f64 / 1024.0;
    let line = |m: &Measured| {
        let (reference, candidate) = m.together?;
        let ratio = candidate as f64 / reference.max(1) as f64;
        let (reference, candidate) = (mb(reference), mb(candidate));
        Some(format!(
            "{}: all processes together {reference:.1} MB with GNU make, {candidate:.1} MB here, {ratio:.2}\n",
            m.name
        ))
    };
    all.iter().filter_map(line).collect()
}

pub(crate) fn table(all: &[Measured], name: &str) -> String {
    let mut text = format!(
        "\n{:<30} {:>19}   {:>19}   {:>22}   {:>14}   programs\n{:<30} {:>9} {:>9}   {:>9} {:>9}   {:>6} {:>7} {:>7}   {:>6} {:>7}\n",
        "",
        "GNU make 4.4.1",
        name,
        "ratio of CPU time",
        "of others",
        "",
        "CPU s",
        "peak MB",
        "CPU s",
        "peak MB",
        "median",
        "min",
        "max",
        "wall",
        "memory"
    );
    for m in all {
        let numbers = |usages: &[Usage]| {
            let cpu: Vec<f64> = usages.iter().map(cpu).collect();
            let peak = usages.iter().map(|u| u.peak_kib).max().unwrap_or(0);
            format!("{:>9.3} {:>9.1}", median(&cpu), peak as f64 / 1024.0)
        };
        let ratios = m.ratios(cpu);
        let wall = median(&m.ratios(|usage| usage.wall.as_secs_f64()));
        let peak = median(&m.ratios(|usage| usage.peak_kib as f64));
        let (min, max) =
            (ratios.first().copied().unwrap_or(f64::NAN), ratios.last().copied().unwrap_or(f64::NAN));
        let programs = m.programs.map_or(String::new(), |(r, c)| format!("   {r} / {c}"));
        let (reference, candidate) = (numbers(&m.reference), numbers(&m.candidate));
        text.push_str(&format!(
            "{:<30} {reference}   {candidate}   {:>6.2} {min:>7.2} {max:>7.2}   {wall:>6.2} {peak:>7.2}{programs}\n",
            m.name,
            median(&ratios)
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_of_pairs() {
        let usage = |ms| Usage { cpu: Duration::from_millis(ms), wall: Duration::ZERO, peak_kib: 1 };
        let mut m = Measured::new("x");
        for (r, c) in [(500, 250), (250, 375), (500, 500)] {
            m.add(0, usage(r));
            m.add(1, usage(c));
        }
        assert_eq!(m.ratios(cpu), [0.5, 1.0, 1.5]);
        assert_eq!(median(&m.ratios(cpu)), 1.0);
    }
}
