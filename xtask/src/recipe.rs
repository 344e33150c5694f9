//! A recipe of the oracle: how one source is configured, built, touched, installed and cleaned.
//!
//! Lines of `key=value`. In commands, which bash runs, `$S` is the copy of the source (or the output directory of a kernel),
//! `$I` where to install, `$K` the kernel headers and `$KV` their release, `$SRC` unpacked whole trees, `$J` the -j option,
//! `$MK` make with KERNELRELEASE as dkms gives it, `$GNU` the reference, whichever program `make` is, `$DATA` xtask/data.
//! Projects know `$S`, `$I`, `$J` and `$DATA`. Lines `run NAME=command` (`parallel NAME=command` where printed lines may come
//! in any order) are phases of their own, in the order they are written.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use regex::bytes::Regex;

/// Modules, whole kernels, projects that only use make as make, or what kbuild offers to modules, on modules of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Modules,
    Kernel,
    Projects,
    Features,
}

impl Family {
    /// The directory below xtask/recipes.
    pub fn name(self) -> &'static str {
        match self {
            Family::Modules => "modules",
            Family::Kernel => "kernel",
            Family::Projects => "projects",
            Family::Features => "features",
        }
    }

    /// The phases its recipes go through, in order.
    pub fn phases(self) -> &'static [&'static str] {
        match self {
            Family::Modules => &["configure", "build", "null", "touch", "flag", "install", "clean"],
            Family::Kernel => {
                &["configure", "build", "null", "check", "run", "touch", "flag", "install", "clean"]
            }
            Family::Projects => &["configure", "dry", "build", "null", "touch", "check", "install", "clean"],
            Family::Features => &["configure", "build", "null", "run", "touch", "install", "clean"],
        }
    }
}

/// A command that is a phase of its own.
#[derive(Clone, Debug)]
pub struct Run {
    pub name: String,
    pub command: String,
    /// Printed lines may come in any order.
    pub parallel: bool,
}

/// One recipe, read.
#[derive(Clone, Debug, Default)]
pub struct Recipe {
    pub name: String,
    /// The whole file: part of what a cached result depends on.
    pub text: String,
    /// Configures.
    pub pre: String,
    pub build: String,
    /// Prints what the build would do.
    pub dry: String,
    /// Runs the project's own tests, or starts the kernel in qemu.
    pub check: String,
    pub install: String,
    pub clean: String,
    /// Further commands, one after the other.
    pub runs: Vec<Run>,
    /// Files to touch one after the other, each followed by a build.
    pub touch: Vec<String>,
    /// Added to the environment.
    pub env: Vec<(String, String)>,
    /// Debian packages.
    pub needs: Vec<String>,
    /// Debian's source package, as apt-get takes it.
    pub source: String,
    /// It takes very long.
    pub slow: bool,
    /// No source of its own: `$S` begins empty.
    pub no_source: bool,
    /// Paths that differ between two runs of GNU make itself.
    pub exclude: Option<Regex>,
    /// Parts of printed lines that do.
    pub norm: Vec<Regex>,
}

/// Files recipes use, as `$DATA`.
pub fn data(repo: &Path) -> PathBuf {
    repo.join("xtask/data")
}

impl Recipe {
    /// The package of the kernel's source.
    pub fn kernel(&self) -> Result<&str> {
        let package = self.needs.iter().find(|package| package.starts_with("linux-source-"));
        package.map(String::as_str).with_context(|| format!("{}: not a kernel of linux-source", self.name))
    }

    /// The files of `$DATA` its commands name.
    pub fn data(&self, repo: &Path) -> Vec<PathBuf> {
        let in_name = |c: char| c.is_ascii_alphanumeric() || ".-_/".contains(c);
        let named = self.text.split("$DATA/").skip(1).filter_map(|rest| rest.split(|c| !in_name(c)).next());
        named.map(|name| data(repo).join(name)).collect()
    }
}

/// The names of all recipes of a family.
pub fn names(repo: &Path, family: Family) -> Result<Vec<String>> {
    let dir = repo.join("xtask/recipes").join(family.name());
    let mut names = Vec::new();
    for entry in fs::read_dir(&dir).with_context(|| format!("{}", dir.display()))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// The names of all recipes of a family but those that take very long, which are done when named.
pub fn usual(repo: &Path, family: Family) -> Result<Vec<String>> {
    let mut usual = Vec::new();
    for name in names(repo, family)? {
        if !read(repo, family, &name)?.slow {
            usual.push(name);
        }
    }
    Ok(usual)
}

/// Reads a recipe of the checkout.
pub fn read(repo: &Path, family: Family, name: &str) -> Result<Recipe> {
    let path = repo.join("xtask/recipes").join(family.name()).join(name);
    let text = fs::read_to_string(&path).with_context(|| format!("no recipe {name} in {}", family.name()))?;
    parse(name, text).with_context(|| format!("{}", path.display()))
}

fn parse(name: &str, text: String) -> Result<Recipe> {
    let mut recipe = Recipe { name: name.to_string(), ..Recipe::default() };
    let words = |value: &str| shlex::split(value).with_context(|| format!("unbalanced quotes: {value}"));
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (key, value) = line.split_once('=').with_context(|| format!("not key=value: {line}"))?;
        if let Some((kind @ ("run" | "parallel"), name)) = key.split_once(' ') {
            let (name, command) = (name.to_string(), value.to_string());
            if recipe.runs.iter().any(|run| run.name == name) {
                bail!("two runs of one name: {line}");
            }
            recipe.runs.push(Run { name, command, parallel: kind == "parallel" });
            continue;
        }
        match key {
            "pre" => recipe.pre = value.to_string(),
            "build" => recipe.build = value.to_string(),
            "dry" => recipe.dry = value.to_string(),
            "check" => recipe.check = value.to_string(),
            "source" => recipe.source = value.to_string(),
            "install" => recipe.install = value.to_string(),
            "clean" => recipe.clean = value.to_string(),
            "touch" => recipe.touch = words(value)?,
            "needs" => recipe.needs = words(value)?,
            "slow" if value == "yes" => recipe.slow = true,
            "pristine" if value == "none" => recipe.no_source = true,
            "exclude" => recipe.exclude = Some(Regex::new(value)?),
            "norm" => recipe.norm = value.split(" ;; ").map(Regex::new).collect::<Result<_, _>>()?,
            "env" => {
                for word in words(value)? {
                    let (k, v) = word.split_once('=').with_context(|| format!("env: {word}"))?;
                    recipe.env.push((k.to_string(), v.to_string()));
                }
            }
            _ => bail!("unknown key: {line}"),
        }
    }
    if recipe.build.is_empty() {
        bail!("no build= line");
    }
    recipe.text = text;
    Ok(recipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipe_of_the_checkout_reads() {
        let repo = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for family in [Family::Modules, Family::Kernel, Family::Projects, Family::Features] {
            let names = names(repo, family).unwrap();
            assert!(names.len() >= 5);
            for name in names {
                let recipe = read(repo, family, &name).unwrap();
                assert!(
                    recipe.data(repo).iter().all(|file| file.is_file()),
                    "{name}: no such file in xtask/data"
                );
            }
        }
    }

    #[test]
    fn the_data_a_recipe_names() {
        let recipe = parse("x", "build=gcc -o a $DATA/init.c && cat '$DATA/list';\n".into()).unwrap();
        let repo = Path::new("/r");
        assert_eq!(
            recipe.data(repo),
            [PathBuf::from("/r/xtask/data/init.c"), PathBuf::from("/r/xtask/data/list")]
        );
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        assert!(parse("x", "build=make\nbiuld=make\n".into()).is_err());
        assert!(parse("x", "clean=make\n".into()).is_err());
        assert!(parse("x", "build=make\nrun a=b\nparallel a=c\n".into()).is_err());
    }
}
