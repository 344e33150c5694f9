//! `kill -9` in a kernel build: what a resumed build makes is what a clean build makes, `.cmd` files included.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use bstr::ByteSlice;
use fastrand::Rng;
use rustix::process::Signal;

use super::interrupt::{To, run_until};
use super::{Bar, Fault, How, LENGTH, Rounds, Scene, Wrong};
use crate::places::SYSTEM_PATH;
use crate::process::{self, Ending};
use crate::recipe::{Family, Recipe};
use crate::snapshot::Snapshot;
use crate::sources::{self, clear};
use crate::{machine, stage};

/// The package with the source.
const SOURCE: &str = "linux-source-6.1";

/// How long a build may take, also of a machine that has other work.
const LONG: Duration = Duration::from_secs(3600);

/// What would differ between any two builds.
const FIXED: [(&str, &str); 4] = [
    ("KBUILD_BUILD_TIMESTAMP", "Mon Nov 20 00:00:00 UTC 2023"),
    ("KBUILD_BUILD_USER", "u"),
    ("KBUILD_BUILD_HOST", "h"),
    ("KBUILD_BUILD_VERSION", "1"),
];

pub(super) const FAULTS: &[Fault] = &[Fault {
    name: "kill -9 in a kernel build",
    short: false,
    root: false,
    how: How::Rounds(Rounds { count: 20, short: 0, bar: Bar::Reference, round: killed }),
}];

/// Builds a tinyconfig, kills make alone or the group at some moment, builds on.
fn killed(scene: &Scene, rng: &mut Rng) -> Result<Vec<Wrong>> {
    let (tree, clean, time) = (scene.dir.join("tree"), scene.dir.join("clean"), scene.dir.join(LENGTH));
    if !clean.exists() {
        prepare(scene)?;
        configure(scene)?;
        // The first time fills ccache's store.
        for _ in 0..2 {
            clear(&tree)?;
            configure(scene)?;
            let start = Instant::now();
            build(scene)?;
            fs::write(&time, start.elapsed().as_micros().to_string())?;
        }
        fs::rename(&tree, &clean)?;
    }
    let time = fs::read_to_string(&time)?.parse::<u64>()?;
    clear(&tree)?;
    configure(scene)?;
    let to = if rng.bool() { To::Make } else { To::Group };
    let moment = scene.moment(rng, time);
    run_until(make(scene, &["-j4"])?, moment, Signal::KILL, to)?;
    if let Err(why) = build(scene) {
        return Ok(vec![Wrong { thing: "the resumed build".into(), why: format!("{why:#}") }]);
    }
    let (want, got) = (Snapshot::take(&clean, None)?, Snapshot::take(&tree, None)?);
    let differences = want.differences(&got);
    Ok(differences.iter().map(|d| Wrong { thing: d.path().to_string(), why: format!("({d})") }).collect())
}

/// Unpacks the source and puts ccache before the compilers.
fn prepare(scene: &Scene) -> Result<()> {
    let recipe = Recipe { needs: vec![SOURCE.into()], no_source: true, ..Recipe::default() };
    sources::prepare(&scene.places, Family::Kernel, &recipe)?;
    machine::install(&["ccache"])?;
    stage::compilers_through_ccache(scene.make.parent().unwrap_or(Path::new("/")))
}

fn configure(scene: &Scene) -> Result<()> {
    fs::create_dir_all(scene.dir.join("tree"))?;
    run(scene, &["tinyconfig"])
}

fn build(scene: &Scene) -> Result<()> {
    run(scene, &["-j4"])
}

fn run(scene: &Scene, args: &[&str]) -> Result<()> {
    let mut child = make(scene, args)?.spawn()?;
    let ending = process::wait(&mut child, LONG)?;
    if ending != Ending::Exit(0) {
        let log = fs::read(scene.dir.join("log"))?;
        let lines: Vec<&[u8]> = log.lines().collect();
        let last = lines.get(lines.len().saturating_sub(5)..).unwrap_or_default().join(&b'\n');
        bail!("ends with {ending}: {}", last.as_bstr());
    }
    Ok(())
}

fn make(scene: &Scene, args: &[&str]) -> Result<Command> {
    let bin = scene.make.parent().unwrap_or(Path::new("/"));
    let mut cmd = scene.command(&scene.make);
    cmd.arg("-C").arg(sources::trees(&scene.places)?.join(SOURCE));
    cmd.arg(format!("O={}", scene.dir.join("tree").display())).args(args);
    cmd.env("PATH", format!("{}:{SYSTEM_PATH}", bin.display()));
    cmd.env("CCACHE_DIR", scene.places.cached("ccache")?).env("CCACHE_PATH", stage::COMPILERS).envs(FIXED);
    process::output_to(&mut cmd, &scene.dir.join("log"))?;
    Ok(cmd)
}
