//! What `--check-load` says of modules built for two kernels: of each by its own kernel, by the other one, and with one word of
//! vermagic, or one symbol, in another's place.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::machine::{self, Headers, quiet};
use crate::places::{Places, SYSTEM_PATH};
use crate::sources::clear;

/// The words of vermagic, and what is to be said of each when a module has another in its place.
const WORDS: [(&str, &str); 4] = [
    ("SMP", "CONFIG_SMP"),
    ("preempt", "CONFIG_PREEMPT_BUILD"),
    ("mod_unload", "CONFIG_MODULE_UNLOAD"),
    ("modversions", "CONFIG_MODVERSIONS"),
];

/// A kernel later than the one that headers are installed of: its packages.
const LATER: &str = "linux-headers-6.12.";

struct Load<'a> {
    rkbuild: &'a Path,
    dir: PathBuf,
}

/// Builds the module in `module` for both kernels, in `dir`.
pub fn look(places: &Places, rkbuild: &Path, headers: &Headers, module: &Path, dir: &Path) -> Result<()> {
    clear(dir)?;
    fs::create_dir_all(dir)?;
    let load = Load { rkbuild, dir: dir.to_path_buf() };
    let later = later(places).context("headers of a later kernel")?;
    let Some(later) = later else {
        println!("--check-load: left out, there is no package {LATER}*");
        return Ok(());
    };
    let kernels = [headers, &later];
    for kernel in kernels {
        load.build(module, kernel).with_context(|| format!("a module for {}", kernel.release))?;
    }
    for (own, other) in [(0, 1), (1, 0)] {
        let (own, other) = (kernels[own], kernels[other]);
        load.words(own).with_context(|| format!("a module and its kernel, {}", own.release))?;
        load.stranger(own, other)
            .with_context(|| format!("a module for {} in {}", own.release, other.release))?;
    }
    Ok(())
}

impl Load<'_> {
    fn module(&self, kernel: &Headers) -> PathBuf {
        self.dir.join(&kernel.release).join("hello.ko")
    }

    fn build(&self, module: &Path, kernel: &Headers) -> Result<()> {
        let dir = self.dir.join(&kernel.release);
        quiet(Command::new("cp").arg("-R").arg(module).arg(&dir))?;
        let (place, module) = (kernel.dir.display().to_string(), format!("M={}", dir.display()));
        quiet(&mut self.command(&["-C", &place, &module, "clean"]))?;
        // Without types for BPF, which take a program that the other checks do without.
        quiet(&mut self.command(&["-C", &place, &module, "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules"]))
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(self.rkbuild);
        command.args(args).current_dir(&self.dir).env_clear().env("PATH", SYSTEM_PATH).env("LC_ALL", "C");
        command
    }

    /// The exit status, and what is said of a module.
    fn said(&self, kernel: &Headers, module: &Path) -> Result<(Option<i32>, String)> {
        let out = self.command(&[&format!("--check-load={}", kernel.dir.display())]).arg(module).output()?;
        Ok((out.status.code(), String::from_utf8_lossy(&out.stdout).into_owned()))
    }

    /// Nothing is minded of a module for this kernel, and each word of its vermagic that is another one is.
    fn words(&self, kernel: &Headers) -> Result<()> {
        let (status, text) = self.said(kernel, &self.module(kernel))?;
        ensure!(status == Some(0), "the right kernel minds it:\n{text}");
        let module = fs::read(self.module(kernel))?;
        let other = self.dir.join("other.ko");
        let changed = |from: &[u8], to: &[u8]| -> Result<(Option<i32>, String)> {
            fs::write(&other, replaced(&module, from, to)?)?;
            self.said(kernel, &other)
        };
        for (word, option) in WORDS {
            let (status, text) =
                changed(format!(" {word} ").as_bytes(), format!(" X{} ", &word[1..]).as_bytes())?;
            let line = format!("the kernel has '{word}', and the module has not: {option} sets it");
            ensure!(status == Some(1) && text.contains(&line), "{word}: {text}");
        }
        let release = format!("vermagic={} ", kernel.release);
        let (status, text) = changed(release.as_bytes(), release.replacen("=6", "=7", 1).as_bytes())?;
        let line =
            format!("built for release '7{}', and the kernel is '{}'", &kernel.release[1..], kernel.release);
        // Both have checksums, which are what counts.
        ensure!(status == Some(0) && text.contains(&line), "the release: {text}");
        let (status, text) = changed(b"_printk\0", b"_printq\0")?;
        ensure!(status == Some(1) && text.contains("does not export: _printq"), "another symbol: {text}");
        Ok(())
    }

    /// Another kernel minds a module.
    fn stranger(&self, own: &Headers, other: &Headers) -> Result<()> {
        let (status, text) = self.said(other, &self.module(own))?;
        let line = format!("built for release '{}', and the kernel is '{}'", own.release, other.release);
        ensure!(status == Some(1) && text.contains(&line) && text.contains("have changed since"), "{text}");
        Ok(())
    }
}

/// Headers of a later kernel, unpacked and not installed: everything else is built for the newest that are.
fn later(places: &Places) -> Result<Option<Headers>> {
    let all = places.cached("later-headers")?;
    let architecture = machine::architecture()?;
    let built = |entry: &fs::DirEntry| entry.path().join("complete").exists();
    let ready = fs::read_dir(&all)?.filter_map(Result::ok).find(built).map(|entry| entry.path());
    let root = match ready {
        Some(root) => root,
        None => {
            machine::update()?;
            let Some(package) = newest_package(&architecture)? else { return Ok(None) };
            let root = all.join(&package);
            clear(&root)?;
            fs::create_dir_all(&root)?;
            let mut packages = vec![package.clone()];
            let out = Command::new("apt-cache").args(["depends", &package]).env("LC_ALL", "C").output()?;
            let text = String::from_utf8_lossy(&out.stdout).into_owned();
            let needed = text.lines().filter_map(|line| line.trim().strip_prefix("Depends: "));
            let wanted =
                |name: &&str| name.starts_with("linux-headers-") || name.starts_with("linux-kbuild-");
            packages.extend(needed.filter(wanted).map(String::from));
            quiet(Command::new("apt-get").args(["download", "-qq"]).args(&packages).current_dir(&root))?;
            for entry in fs::read_dir(&root)? {
                let path = entry?.path();
                if path.extension().is_some_and(|end| end == "deb") {
                    quiet(Command::new("dpkg").arg("-x").arg(&path).arg(&root))?;
                    fs::remove_file(path)?;
                }
            }
            // It includes the makefile that all kinds of headers have in common, by its path.
            let makefile = root.join("usr/src").join(&package).join("Makefile");
            let text = fs::read_to_string(&makefile)?;
            fs::write(&makefile, text.replace("/usr/src/", &format!("{}/usr/src/", root.display())))?;
            fs::write(root.join("complete"), "")?;
            root
        }
    };
    let package = root.file_name().and_then(|name| name.to_str()).context("no name")?;
    let Some(release) = package.strip_prefix("linux-headers-") else { bail!("{package}: no headers") };
    Ok(Some(Headers { release: release.to_owned(), dir: root.join("usr/src").join(package) }))
}

/// The newest package of later headers that this machine can have.
fn newest_package(architecture: &str) -> Result<Option<String>> {
    let out = Command::new("apt-cache").args(["search", "--names-only", &format!("^{LATER}")]).output()?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let plain = |name: &&str| {
        let rest = name.strip_prefix(LATER).and_then(|rest| rest.strip_suffix(&format!("-{architecture}")));
        rest.is_some_and(|rest| !rest.contains('-'))
    };
    let names = text.lines().filter_map(|line| line.split(' ').next()).filter(plain);
    Ok(names.max_by_key(|name| machine::numbers(name)).map(String::from))
}

/// `bytes` with all `from` as `to`, of the same length.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Result<Vec<u8>> {
    let mut out = bytes.to_vec();
    let mut found = false;
    for at in 0..out.len().saturating_sub(from.len()) {
        if out[at..].starts_with(from) {
            out[at..at + to.len()].copy_from_slice(to);
            found = true;
        }
    }
    if !found {
        bail!("'{}' is not in the module", String::from_utf8_lossy(from));
    }
    Ok(out)
}
