//! What is compared with GNU make: rkbuild as built from this checkout, with and without its native parts.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::places::{Places, is_program};
use crate::reference::Release;

/// One way to run the program under test. Options are given by environment, so that `$(MAKE)` and printed lines are
/// those of a plain `make`.
#[derive(Clone, Debug)]
pub struct Variant {
    /// As shown in results.
    pub name: String,
    pub program: PathBuf,
    /// Whether the kbuild layer and in-process sub-makes are on.
    pub native: bool,
    /// Whether it understands rkbuild's own environment variables.
    pub own: bool,
    /// What it does with what it remembers, if it is to remember anything.
    pub recall: Option<Mode>,
}

/// What is done with what is remembered: a value of RKBUILD_RECALL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    Probes,
    On,
    Verify,
}

impl Mode {
    pub fn name(self) -> &'static str {
        match self {
            Mode::Probes => "probes",
            Mode::On => "on",
            Mode::Verify => "verify",
        }
    }
}

impl Variant {
    /// A program that is just a make.
    pub fn plain(name: &str, program: &Path) -> Variant {
        Variant {
            name: name.to_string(),
            program: program.to_path_buf(),
            native: true,
            own: false,
            recall: None,
        }
    }

    /// The environment that makes it this variant, in the identity of `release`.
    pub fn environment(&self, release: Release) -> Vec<(&'static str, &'static str)> {
        let mut env = Vec::new();
        if release != Release::V441 {
            env.push(("RKBUILD_COMPAT", release.name()));
        }
        if !self.native {
            env.push(("RKBUILD_NO_NATIVE", "1"));
        }
        // What an earlier run saw is no part of a comparison unless it is asked for.
        if self.own {
            env.push(("RKBUILD_RECALL", self.recall.map_or("off", Mode::name)));
        }
        env
    }
}

/// The variants to try: those of rkbuild, or the one program named by `--candidate`.
pub fn variants(places: &Places, candidate: Option<&Path>) -> Result<Vec<Variant>> {
    if let Some(path) = candidate {
        let path = std::path::absolute(path)?;
        if !is_program(&path) {
            bail!("{} is not a program", path.display());
        }
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if name != "rkbuild" {
            return Ok(vec![Variant::plain(&name, &path)]);
        }
        return Ok(both(&path));
    }
    Ok(both(&rkbuild(places)?))
}

/// rkbuild as it is, once for each of these modes; all variants where none is named.
pub fn remembering(variants: Vec<Variant>, modes: &[Mode]) -> Vec<Variant> {
    if modes.is_empty() {
        return variants;
    }
    let with = |mode: &Mode| {
        let native = variants.iter().find(|variant| variant.native)?.clone();
        Some(Variant {
            name: format!("{} --recall={}", native.name, mode.name()),
            recall: Some(*mode),
            ..native
        })
    };
    modes.iter().filter_map(with).collect()
}

fn both(program: &Path) -> Vec<Variant> {
    let variant = |name: &str, native| Variant {
        name: name.to_string(),
        program: program.to_path_buf(),
        native,
        own: true,
        recall: None,
    };
    vec![variant("rkbuild", true), variant("rkbuild --no-native", false)]
}

/// Builds rkbuild and says where the program is.
pub fn rkbuild(places: &Places) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(&cargo)
        .args(["build", "--quiet", "--profile", places.profile, "--locked", "--package", "rkbuild"])
        .current_dir(&places.repo)
        .status()
        .context("cannot run cargo")?;
    if !status.success() {
        bail!("rkbuild does not build");
    }
    let path = target_directory(&cargo, &places.repo)?.join(places.profile).join("rkbuild");
    if !is_program(&path) {
        bail!("cargo made no {}", path.display());
    }
    Ok(path)
}

fn target_directory(cargo: &std::ffi::OsStr, repo: &Path) -> Result<PathBuf> {
    let out = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(repo)
        .output()
        .context("cannot run cargo metadata")?;
    let all: serde_json::Value = serde_json::from_slice(&out.stdout).context("cargo metadata")?;
    let dir = all
        .get("target_directory")
        .and_then(|d| d.as_str())
        .context("cargo metadata names no target directory")?;
    Ok(PathBuf::from(dir))
}
