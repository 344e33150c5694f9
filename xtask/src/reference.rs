//! The references: GNU make 4.4.1 built from Debian's source package, the system's 4.3, and the suites of both.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

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
    install(&["debian-archive-keyring", "xz-utils"])?;
    fetch(&dir, release)?;
    let prefix = format!("make-dfsg_{}.orig.tar.", release.name());
    let tarball = fs::read_dir(&dir)?
        .filter_map(|e| e.ok().map(|e| e.path()))
        .find(|p| p.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with(&prefix)))
        .with_context(|| format!("apt-get fetched no {prefix}*"))?;
    let new = dir.join("new");
    clear(&new)?;
    fs::create_dir_all(&new)?;
    quiet(Command::new("tar").arg("xf").arg(&tarball).arg("-C").arg(&new).arg("--strip-components=1"))?;
    clear(&source)?;
    fs::rename(&new, &source)?;
    Ok(source)
}

/// Fetches Debian's source package through apt-get, from the mirror this machine's apt uses, with lists of its own.
fn fetch(dir: &Path, release: Release) -> Result<()> {
    const KEY: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
    let mirror = debian_mirror().context("no Debian mirror among apt's sources")?;
    let apt = dir.join("apt");
    fs::create_dir_all(apt.join("lists/partial"))?;
    fs::create_dir_all(apt.join("cache/archives/partial"))?;
    let line = |suite: &str| format!("deb-src [signed-by={KEY}] {mirror} {suite} main\n");
    fs::write(apt.join("sources.list"), line("bookworm") + &line("trixie"))?;
    let option = |name: &str, value: &str| format!("{name}={value}");
    let options = [
        option("Dir::Etc::sourcelist", &apt.join("sources.list").to_string_lossy()),
        option("Dir::Etc::sourceparts", "-"),
        option("Dir::State::lists", &apt.join("lists").to_string_lossy()),
        option("Dir::Cache", &apt.join("cache").to_string_lossy()),
        option("APT::Sandbox::User", "root"),
    ];
    let run = |args: &[&str]| {
        let mut cmd = Command::new("apt-get");
        for o in &options {
            cmd.arg("-o").arg(o);
        }
        quiet(cmd.args(args).current_dir(dir))
    };
    println!("fetching the source of GNU make {}", release.name());
    run(&["update", "-qq"])?;
    run(&["source", "--download-only", "-qq", &format!("make-dfsg={}", release.debian())])
}

/// The first address ending in /debian in apt's own configuration.
fn debian_mirror() -> Option<String> {
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    let mut parts: Vec<PathBuf> =
        fs::read_dir("/etc/apt/sources.list.d").ok()?.filter_map(|e| e.ok().map(|e| e.path())).collect();
    parts.sort();
    files.extend(parts);
    files.iter().filter_map(|f| fs::read_to_string(f).ok()).find_map(|text| mirror_in(&text))
}

fn mirror_in(text: &str) -> Option<String> {
    text.lines()
        .filter(|l| !l.trim_start().starts_with('#'))
        .flat_map(str::split_whitespace)
        .find(|w| w.contains("://") && w.trim_end_matches('/').ends_with("/debian"))
        .map(str::to_string)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_read_from_both_forms_of_apt_sources() {
        let old = "# deb https://old.invalid/debian x\ndeb [a=b] http://m.invalid/debian/ bookworm main\n";
        assert_eq!(mirror_in(old).as_deref(), Some("http://m.invalid/debian/"));
        let new = "Types: deb\nURIs: http://m.invalid/debian\nSuites: bookworm\n";
        assert_eq!(mirror_in(new).as_deref(), Some("http://m.invalid/debian"));
        assert_eq!(mirror_in("deb http://m.invalid/debian-security x main\n"), None);
    }
}
