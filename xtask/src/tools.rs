//! `cargo xtask tools`: what the kbuild layer does in place of programs, compared with the programs.
//!
//! `fixdep` is built from the source of each kernel that is at hand; GNU make, which runs it, and rkbuild, native and not, turn the
//! same random lists and files into records. The native one must not have started it for all of them: only to try it out, and for lists
//! that are wrong or unusual. (Archives are compared with those of `ar` by the unit tests of the crate `kbuild`.)

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use fastrand::Rng;

use crate::candidate::Variant;
use crate::machine::{self, quiet};
use crate::oracle::Tally;
use crate::places::{Places, SYSTEM_PATH};
use crate::programs;
use crate::reference::{self, Release};
use crate::sources::clear;

/// Debian's packages with the sources of kernels, and where they have them.
const PACKAGES: [&str; 2] = ["linux-source-6.1", "linux-source-6.12"];

/// Records of a round.
const ROUND: usize = 40;

/// What to do.
pub struct Tools {
    pub seed: u64,
    pub rounds: usize,
    pub variants: Vec<Variant>,
}

impl Tools {
    /// Compares, prints what differs, and gives the sums: one for each kernel and variant.
    pub fn run(&self, places: &Places) -> Result<Tally> {
        let _lock = places.lock("tools")?;
        let mut tally = Tally::default();
        for package in PACKAGES {
            let tree = tree(places, package)?;
            for variant in &self.variants {
                match self.compare(places, &tree, variant) {
                    Ok(()) => tally.passed += 1,
                    Err(error) => {
                        println!("{package}, {}: {error:#}", variant.name);
                        tally.failed += 1;
                    }
                }
            }
        }
        Ok(tally)
    }

    fn compare(&self, places: &Places, tree: &Path, variant: &Variant) -> Result<()> {
        let make = reference::program(places, Release::V441)?;
        let mut rng = Rng::with_seed(self.seed);
        let files: Vec<String> = (0..30).map(|_| file_name(&mut rng)).collect();
        for round in 0..self.rounds {
            let work = tree.join("work");
            clear(&work)?;
            fs::create_dir_all(&work)?;
            for file in files.iter().chain([&"include/generated/autoconf.h".into(), &"lib.rmeta".into()]) {
                write(&work.join(file), &contents(&mut rng))?;
            }
            for n in 0..ROUND {
                write(&work.join(format!("{n}.d")), list(&mut rng, &files).as_bytes())?;
            }
            let records =
                |program: &Path, env: &[(&str, &str)]| -> Result<(BTreeMap<PathBuf, Vec<u8>>, usize)> {
                    let mut cmd = Command::new(program);
                    cmd.arg("-f").arg("../Makefile").arg("-s").arg("-k").current_dir(&work);
                    cmd.env_clear().env("PATH", SYSTEM_PATH).envs(env.iter().copied());
                    let started = programs::started_in_any_case(&cmd, tree)?;
                    let mut records = BTreeMap::new();
                    for entry in fs::read_dir(&work)? {
                        let path = entry?.path();
                        if path.extension().is_some_and(|extension| extension == "cmd") {
                            records.insert(path.clone(), fs::read(&path)?);
                            fs::remove_file(path)?;
                        }
                    }
                    Ok((records, started.iter().filter(|p| p.ends_with(b"/fixdep")).count()))
                };
            let (wanted, _) = records(&make, &[])?;
            let (given, started) = records(&variant.program, &variant.environment(Release::V441))?;
            if wanted.len() != ROUND {
                bail!("round {round}: {} records of GNU make", wanted.len());
            }
            if let Some((path, _)) = wanted.iter().find(|(path, record)| given.get(*path) != Some(record)) {
                bail!("round {round}, seed {}: {} differs", self.seed, path.display());
            }
            // Lists that are wrong, or of a form that compilers do not write, are for the program.
            if variant.native && started >= ROUND {
                bail!("round {round}: fixdep was started {started} times for {ROUND} lists");
            }
        }
        Ok(())
    }
}

/// A directory with a program built from a kernel's source, as a kernel's tree has it, and a makefile that calls it.
fn tree(places: &Places, package: &str) -> Result<PathBuf> {
    machine::install(&["gcc", "libc6-dev", "xz-utils", package])?;
    let tree = places.cached("tools")?.join(package);
    let basic = tree.join("scripts/basic");
    if !basic.join("fixdep.c").exists() {
        fs::create_dir_all(&tree)?;
        let unpack = ["scripts/basic", "scripts/include"].map(|dir| format!("{package}/{dir}"));
        // Older kernels have no scripts/include.
        let mut tar = Command::new("tar");
        tar.args(["xf", &format!("/usr/src/{package}.tar.xz"), "--strip-components=1", "-C"]);
        let _ = tar.arg(&tree).args(unpack).stderr(std::process::Stdio::null()).status();
        if !basic.join("fixdep.c").exists() {
            bail!("{package} holds no fixdep.c");
        }
    }
    let line = "gcc -O2 -I scripts/include -o scripts/basic/fixdep scripts/basic/fixdep.c";
    let made = "echo 'scripts/basic/fixdep: scripts/basic/fixdep.c' > list && ./scripts/basic/fixdep list scripts/basic/fixdep";
    let script = format!("{line} && {made} '{line}' > scripts/basic/.fixdep.cmd");
    quiet(Command::new("/bin/sh").arg("-c").arg(script).current_dir(&tree))?;
    let rules = "list := $(patsubst %.d,%,$(wildcard *.d))\nall: $(list)\n.PHONY: $(list)\n$(list):\n\
         \t../scripts/basic/fixdep $@.d $@.o 'gcc -DX=\"$@ %\" $$$$(pound) -c' > $@.cmd\n";
    fs::write(tree.join("Makefile"), rules)?;
    Ok(tree)
}

fn write(path: &Path, contents: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, contents).with_context(|| path.display().to_string())
}

fn file_name(rng: &mut Rng) -> String {
    let place = ["", "include/", "include/linux/", "./"][rng.usize(..4)];
    let end = [".h", ".c", ".S", ".so", ".rlib", "autoksyms.h"][rng.usize(..6)];
    format!("{place}{}{end}", rng.u16(..))
}

fn contents(rng: &mut Rng) -> Vec<u8> {
    const PIECES: [&[u8]; 16] = [
        b"CONFIG_",
        b"CONFIG",
        b"_",
        b"A",
        b"B1",
        b"_MODULE",
        b"MODULE",
        b" ",
        b"\n",
        b"x",
        b"(",
        b"\xe9",
        b"\0",
        b"CONFIG_LONG_NAME",
        b"CONFIG_X_MODULE ",
        b"IS_ENABLED(CONFIG_Y)",
    ];
    (0..rng.usize(..60)).flat_map(|_| PIECES[rng.usize(..PIECES.len())].iter().copied()).collect()
}

/// A list as compilers write them, and now and then one that only looks like it.
fn list(rng: &mut Rng, files: &[String]) -> String {
    let mut list = String::new();
    for rule in 0..rng.usize(1..3) {
        list.push_str(["x.o:", "dir/y.o: ", "a.o b.o : ", "z.o:\\\n"][rng.usize(..4)]);
        if rule > 0 && rng.bool() {
            list.push('\n');
        }
        for _ in 0..rng.usize(1..12) {
            list.push_str([" ", " \\\n  ", " \\\n", "  "][rng.usize(..4)]);
            let special = rng.usize(..40);
            match special {
                0 => list.push_str("include/generated/autoconf.h"),
                1 => list.push_str("lib.rmeta"),
                _ => list.push_str(&files[rng.usize(..files.len())]),
            }
        }
        list.push('\n');
    }
    match rng.u8(..12) {
        0 => list.trim_end().to_string(),
        1 => format!("# a comment\n{list}"),
        2 => format!("{list}\n\n"),
        3 => format!("\n{list}"),
        _ => list,
    }
}
