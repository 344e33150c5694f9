//! Debian's source packages, fetched through apt-get from the mirror this machine's apt uses, with lists of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::machine::{install, quiet};
use crate::sources::clear;

const KEY: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Unpacks the upstream part of a source package as the directory `to`. The package is written as apt-get takes it:
/// `zlib/bookworm` or `make-dfsg=4.4.1-2`. `dir` is where lists and packages are kept.
pub fn unpack(dir: &Path, package: &str, to: &Path) -> Result<()> {
    install(&["debian-archive-keyring", "xz-utils", "bzip2"])?;
    let name = package.split(['/', '=']).next().unwrap_or(package);
    let fetched = dir.join("fetched").join(name);
    clear(&fetched)?;
    fs::create_dir_all(&fetched)?;
    println!("fetching the source of {package}");
    // Some mirrors have no .dsc for a version with a + in it.
    fetch(dir, package, &fetched, &["--tar-only"])?;
    let tarball =
        file_in(&fetched, is_upstream)?.with_context(|| format!("apt-get fetched no {name}_*.orig.tar.*"))?;
    let new = dir.join("new");
    clear(&new)?;
    fs::create_dir_all(&new)?;
    quiet(Command::new("tar").arg("xf").arg(&tarball).arg("-C").arg(&new).arg("--strip-components=1"))?;
    clear(to)?;
    fs::rename(&new, to).with_context(|| format!("cannot make {}", to.display()))?;
    clear(&fetched)
}

/// Unpacks a source package with Debian's own part as the directory `to`.
pub fn unpack_whole(dir: &Path, package: &str, to: &Path) -> Result<()> {
    install(&["debian-archive-keyring", "dpkg-dev"])?;
    let name = package.split(['/', '=']).next().unwrap_or(package);
    let fetched = dir.join("fetched").join(name);
    clear(&fetched)?;
    fs::create_dir_all(&fetched)?;
    println!("fetching the source package {package}");
    fetch(dir, package, &fetched, &[])?;
    let description = file_in(&fetched, |name| name.ends_with(".dsc"))?
        .with_context(|| format!("apt-get fetched no {name}_*.dsc"))?;
    clear(to)?;
    quiet(Command::new("dpkg-source").args(["--no-check", "-x"]).arg(&description).arg(to))?;
    clear(&fetched)
}

fn file_in(dir: &Path, fits: impl Fn(&str) -> bool) -> Result<Option<PathBuf>> {
    let paths = fs::read_dir(dir)?.filter_map(|e| e.ok().map(|e| e.path()));
    Ok(paths.into_iter().find(|p| p.file_name().and_then(|n| n.to_str()).is_some_and(&fits)))
}

fn is_upstream(name: &str) -> bool {
    name.contains(".orig.tar.") && !name.ends_with(".asc")
}

fn fetch(dir: &Path, package: &str, to: &Path, parts: &[&str]) -> Result<()> {
    let apt = dir.join("apt");
    fs::create_dir_all(apt.join("lists/partial"))?;
    fs::create_dir_all(apt.join("cache/archives/partial"))?;
    let mirror = mirror().context("no Debian mirror among apt's sources")?;
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
        quiet(cmd.args(args).current_dir(to))
    };
    let source = || run(&[&["source", "--download-only", "-qq"], parts, &[package]].concat());
    // Lists that are missing, or name a version the mirror no longer has, are fetched anew.
    source().or_else(|_| run(&["update", "-qq"]).and_then(|()| source()))
}

/// The first address ending in /debian in apt's own configuration.
fn mirror() -> Option<String> {
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

    #[test]
    fn the_upstream_tarball_is_neither_the_packaging_nor_a_signature() {
        assert!(is_upstream("xz-utils_5.4.1.orig.tar.xz"));
        assert!(!is_upstream("xz-utils_5.4.1.orig.tar.xz.asc"));
        assert!(!is_upstream("xz-utils_5.4.1-1.debian.tar.xz"));
    }
}
