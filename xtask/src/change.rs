//! One change to a kernel tree, of the kinds people make: a file touched or edited, an option, a flag, something deleted,
//! a directory switched to another version and back.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use bstr::{BString, ByteSlice};
use fastrand::Rng;

use crate::machine::quiet;
use crate::snapshot::{Kind, Snapshot};

/// Rounds of 100 in which a header may be one that more than this many files depend on.
const WIDE: u8 = 5;
/// Files that may depend on a header of any other round.
const NARROW: usize = 40;

/// What can be changed: read off a tree that was built.
#[derive(Default)]
pub struct World {
    /// Source files that were compiled, relative to the source tree.
    sources: Vec<PathBuf>,
    /// Headers of the source tree and how many objects depend on each.
    headers: Vec<(PathBuf, usize)>,
    /// Files of the output directory whose loss make can make good.
    outputs: Vec<BString>,
    /// Boolean options, and whether each is set.
    options: Vec<(String, bool)>,
    /// Directories of the output tree that are goals of their own.
    directories: Vec<String>,
}

/// A change, the same for each program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Nothing,
    Touch(PathBuf),
    Edit(PathBuf),
    Option {
        name: String,
        on: bool,
    },
    /// For one directory only: a flag costs a build of all it is given to.
    Flags {
        value: u32,
        directory: String,
    },
    Delete(BString),
    Switch(PathBuf),
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Nothing => f.write_str("nothing"),
            Change::Touch(file) => write!(f, "touch {}", file.display()),
            Change::Edit(file) => write!(f, "edit {}", file.display()),
            Change::Option { name, on } => write!(f, "CONFIG_{name}={}", if *on { "y" } else { "n" }),
            Change::Flags { value, directory } => write!(f, "KCFLAGS=-DCHURN={value} for {directory}"),
            Change::Delete(file) => write!(f, "delete {file}"),
            Change::Switch(directory) => write!(f, "another version of {}", directory.display()),
        }
    }
}

impl World {
    /// Looks at an output tree (`output`, listed in `tree`) of the source tree `source`.
    pub fn read(source: &Path, output: &Path, tree: &Snapshot) -> Result<World> {
        let mut world = World::default();
        let mut headers: BTreeMap<PathBuf, usize> = BTreeMap::new();
        for (path, entry) in tree.iter().filter(|(_, e)| e.kind == Kind::File) {
            let name = path.rsplit_str(b"/").next().unwrap_or_default();
            if name.ends_with(b".cmd") {
                let text = fs::read(output.join(path.to_path()?))?;
                for file in mentioned(&text, source) {
                    match file.extension().and_then(OsStr::to_str) {
                        Some("h") => *headers.entry(file).or_default() += 1,
                        Some("c" | "S") => world.sources.push(file),
                        _ => {}
                    }
                }
            }
            let generated =
                path.starts_with(b"include/generated/") || path.contains_str("/include/generated/");
            let made = [&b".o"[..], b".a", b".cmd", b".order"].iter().any(|e| name.ends_with(e));
            if entry.size > 0 && (made || generated && name.ends_with(b".h")) {
                world.outputs.push(path.to_owned());
            }
            if path.ends_with(b"/built-in.a")
                && let Some(dir) = path.strip_suffix(b"built-in.a").and_then(|d| d.to_str().ok())
                && source.join(dir).is_dir()
            {
                world.directories.push(dir.to_string());
            }
        }
        world.sources.sort();
        world.sources.dedup();
        world.headers = headers.into_iter().collect();
        // A module has no options of its own, and is one goal.
        match fs::read(output.join(".config")) {
            Ok(config) => world.options = options(&config),
            Err(_) => world.directories.push(String::new()),
        }
        if world.sources.is_empty() || world.directories.is_empty() {
            bail!("{}: nothing was built there", output.display());
        }
        Ok(world)
    }

    /// Picks a change.
    pub fn pick(&self, random: &mut Rng) -> Change {
        match random.u8(0..100) {
            0..5 => None,
            5..30 => one(random, &self.sources).map(Change::Touch),
            30..55 => self.header(random).map(Change::Edit),
            55..65 => one(random, &self.options).map(|(name, on)| Change::Option { name, on: !on }),
            65..70 => one(random, &self.directories)
                .map(|directory| Change::Flags { value: random.u32(1..1000), directory }),
            70..90 => one(random, &self.outputs).map(Change::Delete),
            _ => {
                one(random, &self.sources).and_then(|file| Some(Change::Switch(file.parent()?.to_path_buf())))
            }
        }
        .unwrap_or(Change::Nothing)
    }

    fn header(&self, random: &mut Rng) -> Option<PathBuf> {
        let wide = random.u8(0..100) < WIDE;
        let fit: Vec<&PathBuf> =
            self.headers.iter().filter(|(_, uses)| wide || *uses <= NARROW).map(|(path, _)| path).collect();
        one(random, &fit).cloned()
    }
}

fn one<T: Clone>(random: &mut Rng, from: &[T]) -> Option<T> {
    random.choice(from).cloned()
}

/// The files below `source` that a `.cmd` file names, each on a line or as the value of `source_`.
fn mentioned(text: &[u8], source: &Path) -> Vec<PathBuf> {
    let prefix = [source.as_os_str().as_bytes(), b"/"].concat();
    let words = text.lines().filter_map(|line| {
        let word = match line.strip_prefix(b"source_") {
            Some(rest) => rest.rsplit_str(b" ").next()?,
            None => line.strip_prefix(b"  ")?.strip_suffix(b" \\")?,
        };
        word.strip_prefix(prefix.as_slice())
    });
    words.map(|w| PathBuf::from(OsStr::from_bytes(w))).collect()
}

/// Options of a .config that are yes or no.
fn options(config: &[u8]) -> Vec<(String, bool)> {
    let option = |line: &str| {
        let line = line.trim_start_matches("# ");
        let name = line.strip_prefix("CONFIG_")?;
        if let Some(name) = name.strip_suffix(" is not set") {
            return Some((name.to_string(), false));
        }
        name.strip_suffix("=y").map(|name| (name.to_string(), true))
    };
    config.lines().filter_map(|line| option(line.to_str().ok()?)).collect()
}

impl Change {
    /// Does what is to be done to the source tree, once for all programs. `round` makes texts differ.
    pub fn to_source(&self, source: &Path, round: usize) -> Result<()> {
        match self {
            Change::Touch(file) => rewrite(&source.join(file), |_| {}),
            Change::Edit(file) => {
                let line = format!("/* {round} */\n");
                rewrite(&source.join(file), |text| text.extend_from_slice(line.as_bytes()))
            }
            Change::Switch(directory) => {
                for entry in fs::read_dir(source.join(directory))? {
                    let path = entry?.path();
                    if path.is_file() && path.extension().is_some_and(|e| e == "c" || e == "h") {
                        rewrite(&path, other_version)?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Does what is to be done to one program's output tree.
    pub fn to_output(&self, source: &Path, output: &Path) -> Result<()> {
        match self {
            Change::Delete(file) => match fs::remove_file(output.join(file.to_path()?)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e.into()),
                _ => Ok(()),
            },
            Change::Option { name, on } => quiet(
                Command::new(source.join("scripts/config"))
                    .arg("--file")
                    .arg(output.join(".config"))
                    .arg(if *on { "--enable" } else { "--disable" })
                    .arg(name),
            ),
            _ => Ok(()),
        }
    }

    /// What is built afterwards: `build`, the recipe's own command, but for flags.
    pub fn command(&self, build: &str) -> String {
        match self {
            Change::Flags { value, directory } => format!("{build} KCFLAGS=-DCHURN={value} {directory}"),
            _ => build.to_string(),
        }
    }
}

const VERSION: &[u8] = b"/* another version */\n";

fn other_version(text: &mut Vec<u8>) {
    match text.strip_suffix(VERSION) {
        Some(rest) => text.truncate(rest.len()),
        None => text.extend_from_slice(VERSION),
    }
}

/// Writes a file anew, as an editor or git does: a new file takes its place. (The old one may be linked elsewhere.)
fn rewrite(path: &Path, edit: impl Fn(&mut Vec<u8>)) -> Result<()> {
    let at = || path.display().to_string();
    let mut text = fs::read(path).with_context(at)?;
    edit(&mut text);
    let new = path.with_extension("churn");
    fs::write(&new, text).with_context(at)?;
    fs::set_permissions(&new, fs::metadata(path)?.permissions())?;
    fs::rename(&new, path).with_context(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cmd_files_name_sources_and_headers() {
        let text = b"cmd_a.o := gcc -c /s/a.c\n\nsource_a.o := /s/a.c\n\ndeps_a.o := \\\n    $(wildcard include/config/A) \\\n  /s/include/h.h \\\n  include/generated/g.h \\\n\na.o: $(deps_a.o)\n";
        assert_eq!(mentioned(text, Path::new("/s")), [PathBuf::from("a.c"), PathBuf::from("include/h.h")]);
    }

    #[test]
    fn only_yes_and_no_are_options_to_change() {
        let text = b"CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=3\nCONFIG_D=m\n# a comment\n";
        assert_eq!(options(text), [("A".to_string(), true), ("B".to_string(), false)]);
    }

    #[test]
    fn a_switched_directory_switches_back() {
        let mut text = b"int a;\n".to_vec();
        other_version(&mut text);
        assert_ne!(text, b"int a;\n");
        other_version(&mut text);
        assert_eq!(text, b"int a;\n");
    }

    #[test]
    fn writing_a_file_anew_leaves_other_links_alone() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a.c"), dir.path().join("b.c"));
        fs::write(&a, "x").unwrap();
        fs::hard_link(&a, &b).unwrap();
        rewrite(&a, |text| text.push(b'y')).unwrap();
        assert_eq!((fs::read(&a).unwrap(), fs::read(&b).unwrap()), (b"xy".to_vec(), b"x".to_vec()));
    }
}
