//! Debian's own packages, built by `dpkg-buildpackage` under fakeroot with each make as the system's: the packages must be the same to the byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::candidate;
use crate::debian;
use crate::machine::quiet;
use crate::oracle::Tally;
use crate::places::Places;
use crate::reference::{self, Release};
use crate::sources::clear;

/// What is built where nobody says what: a makefile by hand, and two of automake.
const USUAL: [&str; 3] = ["lz4", "ethtool", "dash"];

/// The release they are of: what they need is installed from what this machine's apt knows.
const SUITE: &str = "bookworm";

/// The files that a build leaves, by name: its packages, and what was printed.
type Built = BTreeMap<String, Vec<u8>>;

/// Builds the packages (none: the usual ones) from Debian 12's sources, and prints what differs.
pub fn run(places: &Places, names: &[String], candidate: Option<&Path>) -> Result<Tally> {
    let usual: Vec<String> = USUAL.map(String::from).into();
    let names = if names.is_empty() { &usual } else { names };
    let gnu = reference::program(places, Release::V441)?;
    let rkbuild = match candidate {
        Some(program) => program.to_path_buf(),
        None => candidate::rkbuild(places)?,
    };
    let _lock = places.lock("packages")?;
    let dir = places.cached("packages")?;
    let mut tally = Tally::default();
    for name in names {
        let source = dir.join(name);
        debian::unpack_whole(&dir, &format!("{name}/{SUITE}"), &source)?;
        let want =
            build(places, &gnu, &source, &dir.join("out")).with_context(|| format!("{name}, GNU make"))?;
        let found =
            build(places, &rkbuild, &source, &dir.join("out")).with_context(|| format!("{name}, rkbuild"))?;
        let differing: Vec<&String> = want
            .keys()
            .chain(found.keys().filter(|file| !want.contains_key(*file)))
            .filter(|file| want.get(*file) != found.get(*file))
            .collect();
        let packages = want.len() - 1;
        if differing.is_empty() {
            tally.passed += 1;
            println!("{name}: {packages} packages and all that was printed: identical");
        } else {
            tally.failed += 1;
            println!("{name}: {packages} packages: DIFFERENT: {differing:?}");
        }
        clear(&source)?;
    }
    Ok(tally)
}

fn build(places: &Places, make: &Path, source: &Path, out: &Path) -> Result<Built> {
    clear(out)?;
    fs::create_dir_all(out)?;
    let script = places.repo.join("xtask/data/debs.sh");
    let make = fs::canonicalize(make)?;
    let built = quiet(Command::new("sh").arg(script).arg(&make).arg(source).arg(out));
    let log = fs::read_to_string(out.join("log")).unwrap_or_default();
    let tail: Vec<&str> = log.lines().rev().take(20).collect();
    built.with_context(|| tail.into_iter().rev().collect::<Vec<_>>().join("\n"))?;
    let mut files = Built::new();
    for entry in fs::read_dir(out)? {
        let entry = entry?;
        files.insert(entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?);
    }
    ensure!(files.len() > 1, "no package was built");
    Ok(files)
}
