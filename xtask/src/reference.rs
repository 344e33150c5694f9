//! The references: GNU make 4.4.1 built from Debian's source package, the system's 4.3, and the suites of both.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::debian;
use crate::machine::{install, quiet};
use crate::places::{Places, system_program};
use crate::sources::clear;

/// A GNU make release rkbuild can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Release {
    V43,
    V441,
}

impl Release {
    /// As written on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Release::V43 => "4.3",
            Release::V441 => "4.4.1",
        }
    }

    /// The version of Debian's source package.
    fn debian(self) -> &'static str {
        match self {
            Release::V43 => "4.3-4.1",
            Release::V441 => "4.4.1-2",
        }
    }
}

/// The GNU make program of a release: 4.4.1 is built when it is missing, 4.3 is Debian 12's own.
pub fn program(places: &Places, release: Release) -> Result<PathBuf> {
    match release {
        Release::V43 => system_43(),
        Release::V441 => built_441(places),
    }
}

fn system_43() -> Result<PathBuf> {
    install(&["make"])?;
    let make = system_program("make").context("no make on the system's search path")?;
    let said = version_line(&make)?;
    if said != "GNU Make 4.3" {
        bail!("{} is {said:?}; GNU Make 4.3 is needed (Debian 12, Ubuntu 24.04)", make.display());
    }
    Ok(make)
}

fn built_441(places: &Places) -> Result<PathBuf> {
    let _lock = places.lock("reference")?;
    let dir = places.cached("make-4.4.1")?;
    let make = dir.join("build/make");
    if make.exists() {
        return Ok(make);
    }
    install(&["gcc", "libc6-dev"])?;
    let source = unpacked(places, Release::V441)?;
    println!("building GNU make 4.4.1 in {}", dir.display());
    let build = dir.join("build.new");
    clear(&build)?;
    fs::create_dir_all(&build)?;
    // Debian's package leaves the manual out; configure asks for its makefile.
    let doc = source.join("doc/Makefile.in");
    if !doc.exists() {
        fs::create_dir_all(source.join("doc"))?;
        fs::write(doc, "")?;
    }
    quiet(
        Command::new(source.join("configure")).args(["--without-guile", "--disable-nls"]).current_dir(&build),
    )?;
    quiet(Command::new("sh").arg("./build.sh").current_dir(&build))?;
    let said = version_line(&build.join("make"))?;
    if said != "GNU Make 4.4.1" {
        bail!("the make that was built says it is {said:?}");
    }
    clear(&dir.join("build"))?;
    fs::rename(&build, dir.join("build"))?;
    Ok(make)
}

/// The directory that holds `tests/` and `src/` of a release, ready to run.
pub fn suite(places: &Places, release: Release) -> Result<PathBuf> {
    let _lock = places.lock("reference")?;
    let dir = places.cached("suites")?.join(release.name());
    if dir.join("tests/config-flags.pm").exists() {
        return Ok(dir);
    }
    let source = unpacked(places, release)?;
    clear(&dir)?;
    fs::create_dir_all(dir.join("src"))?;
    quiet(Command::new("cp").arg("-R").arg(source.join("tests")).arg(dir.join("tests")))?;
    fs::copy(source.join("src/gnumake.h"), dir.join("src/gnumake.h"))?;
    quiet(Command::new("chmod").args(["-R", "a+rX"]).arg(&dir))?;
    fs::write(
        dir.join("tests/config-flags.pm"),
        "%CONFIG_FLAGS = (AM_LDFLAGS => '-Wl,--export-dynamic', AR => 'ar', CC => 'gcc', CFLAGS => '-g -O2',\n\
         \x20   CPP => 'gcc -E', CPPFLAGS => '', GUILE_CFLAGS => '', GUILE_LIBS => '', LDFLAGS => '', LIBS => '',\n\
         \x20   USE_SYSTEM_GLOB => 'yes');\n1;\n",
    )?;
    Ok(dir)
}

/// The unpacked source of a release.
fn unpacked(places: &Places, release: Release) -> Result<PathBuf> {
    let dir = places.cached("make-source")?;
    let source = dir.join(format!("make-{}", release.name()));
    if source.join("configure").exists() {
        return Ok(source);
    }
    debian::unpack(&dir, &format!("make-dfsg={}", release.debian()), &source)?;
    Ok(source)
}

/// The first line of `make --version`.
pub fn version_line(make: &Path) -> Result<String> {
    let out = Command::new(make)
        .arg("--version")
        .env_remove("MAKEFLAGS")
        .output()
        .with_context(|| format!("cannot run {}", make.display()))?;
    Ok(String::from_utf8_lossy(&out.stdout).lines().next().unwrap_or_default().to_string())
}
