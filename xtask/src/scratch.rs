//! Small random trees of files of all kinds, and what is to be seen of one afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, lchown, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use fastrand::Rng;
use filetime::{FileTime, set_symlink_file_times};
use rustix::fs::{CWD, FileType, Mode, mknodat};

/// Whom the files of a tree belong to, besides root.
pub const NOBODY: u32 = 65534;

/// The directory lines run in, below the top of a tree: some way down, for lines that go up.
pub const WORK: &str = "u/v/work";

/// Names that are given, and named by lines.
pub const NAMES: [&str; 16] =
    ["a", "b", "c.o", "d", "e", "l", "l2", "h", "d/a", "d/b", "e/l", "e/x", "s p", "-x", "[z]", ".hid"];

/// What symbolic links say.
const TARGETS: [&str; 14] =
    ["a", "b", "d", "e", "nowhere", "l", "l2", "../a", "d/a", ".", "..", "../work/b", "../d", "d/"];

const FILE_MODES: [u32; 9] = [0o644, 0o644, 0o644, 0o600, 0o444, 0o755, 0o000, 0o200, 0o4755];
const DIR_MODES: [u32; 7] = [0o755, 0o755, 0o755, 0o700, 0o555, 0o1777, 0o000];

#[derive(Clone, Debug)]
enum Kind {
    File(&'static str),
    Dir,
    Link(&'static str),
    Hard(String),
    Fifo,
}

/// One name of a tree and what it is to be.
#[derive(Clone, Debug)]
pub struct Entry {
    name: &'static str,
    kind: Kind,
    mode: u32,
    owner: u32,
}

impl Entry {
    fn random(rng: &mut Rng, name: &'static str, before: &[Entry]) -> Entry {
        let holds = ["d", "e"].contains(&name);
        let kind = match rng.u8(..20) {
            0..4 => Kind::Link(pick(rng, &TARGETS)),
            4..6 if !before.is_empty() => match before.get(rng.usize(..before.len())) {
                Some(Entry { name, kind: Kind::File(_) | Kind::Link(_), .. }) => {
                    Kind::Hard((*name).to_string())
                }
                _ => Kind::File("one\n"),
            },
            6 => Kind::Dir,
            7 => Kind::Fifo,
            _ if holds => Kind::Dir,
            _ => Kind::File(pick(rng, &["", "one\n", "two\n", "three\nlines\nhere\n", "no end", "one\n"])),
        };
        let modes: &[u32] = if matches!(kind, Kind::Dir) { &DIR_MODES } else { &FILE_MODES };
        let mode = modes.get(rng.usize(..modes.len())).copied().unwrap_or(0o644);
        let owner = if rng.u8(..3) == 0 { 0 } else { NOBODY };
        Entry { name, kind, mode, owner }
    }

    /// The commands that make it, for people.
    pub fn commands(&self) -> String {
        let name = shlex::try_quote(self.name).unwrap_or_default();
        let make = match &self.kind {
            Kind::File(text) => format!("printf '%b' {:?} > ./{name}", text),
            Kind::Dir => format!("mkdir -- {name}"),
            Kind::Link(target) => {
                return format!("ln -s -- {target} {name}; chown -h {} ./{name}", self.owner);
            }
            Kind::Hard(other) => {
                let other = shlex::try_quote(other).unwrap_or_default();
                return format!("ln -P -- {other} {name}");
            }
            Kind::Fifo => format!("mkfifo -- {name}"),
        };
        format!("{make}; chown {} ./{name}; chmod {:o} ./{name}", self.owner, self.mode)
    }

    /// Whether opening it could wait for ever.
    pub fn is_fifo(&self) -> bool {
        matches!(self.kind, Kind::Fifo)
    }
}

/// One of `from`, which is not empty.
pub fn pick(rng: &mut Rng, from: &[&'static str]) -> &'static str {
    from.get(rng.usize(..from.len())).copied().unwrap_or_default()
}

/// The names of a random tree; later ones may be below earlier ones.
pub fn random(rng: &mut Rng) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for name in NAMES {
        if rng.u8(..3) > 0 {
            let entry = Entry::random(rng, name, &entries);
            entries.push(entry);
        }
    }
    entries
}

/// A tree that was made, whose first files are held so that nothing new can get their numbers.
pub struct Tree {
    top: PathBuf,
    held: Vec<fs::File>,
    /// Which of the first files has a number.
    first: BTreeMap<u64, String>,
}

/// What is to be seen of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    mode: u32,
    owner: u32,
    links: u64,
    /// Contents of a file, text of a link.
    text: Vec<u8>,
    /// The first file that this is, or the first name of a new one.
    identity: String,
    /// Whether its time is another one than at the beginning.
    touched: bool,
}

/// Everything below the top of a tree.
pub type View = BTreeMap<String, Seen>;

const BEGINNING: i64 = 1_000_000_000;

impl Tree {
    /// Makes the tree in `top`, which is made too; what cannot be made is left out.
    pub fn make(top: &Path, entries: &[Entry], owned: bool) -> Result<Tree> {
        let work = top.join(WORK);
        fs::create_dir_all(&work).with_context(|| format!("{}", work.display()))?;
        let mut made = Vec::new();
        for entry in entries {
            let path = work.join(entry.name);
            let done = match &entry.kind {
                Kind::File(text) => fs::File::create_new(&path).and_then(|_| fs::write(&path, text)).is_ok(),
                Kind::Dir => fs::create_dir(&path).is_ok(),
                Kind::Link(target) => symlink(target, &path).is_ok(),
                Kind::Hard(other) => fs::hard_link(work.join(other), &path).is_ok(),
                Kind::Fifo => mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).is_ok(),
            };
            if done {
                made.push((path, entry));
            }
        }
        let as_root = rustix::process::geteuid().is_root();
        for (path, entry) in made.iter().filter(|(_, e)| !matches!(e.kind, Kind::Hard(_))) {
            if as_root {
                lchown(path, Some(entry.owner), Some(entry.owner))?;
            }
            if !matches!(entry.kind, Kind::Link(_)) {
                fs::set_permissions(path, fs::Permissions::from_mode(entry.mode))?;
            }
        }
        if owned && as_root {
            lchown(&work, Some(NOBODY), Some(NOBODY))?;
        }
        let mut tree = Tree { top: top.to_path_buf(), held: Vec::new(), first: BTreeMap::new() };
        let time = FileTime::from_unix_time(BEGINNING, 0);
        let mut paths = Vec::new();
        walk(top, top, &mut |name, path, meta| {
            paths.push((name, path.to_path_buf(), meta.ino()));
        })?;
        for (name, path, number) in paths.into_iter().rev() {
            set_symlink_file_times(&path, time, time)?;
            let flags = libc_flags();
            tree.held.push(fs::File::options().read(true).custom_flags(flags).open(&path)?);
            tree.first.insert(number, name);
        }
        Ok(tree)
    }

    /// What is there now.
    pub fn view(&self) -> Result<View> {
        let mut view = View::new();
        let mut new: BTreeMap<u64, String> = BTreeMap::new();
        walk(&self.top, &self.top, &mut |name, path, meta| {
            let text = if meta.is_symlink() {
                fs::read_link(path).map(|t| t.into_os_string().into_encoded_bytes()).unwrap_or_default()
            } else if meta.is_file() {
                fs::read(path).unwrap_or_default()
            } else {
                Vec::new()
            };
            let identity = match self.first.get(&meta.ino()) {
                Some(first) => first.clone(),
                None => format!("new {}", new.entry(meta.ino()).or_insert_with(|| name.clone())),
            };
            let touched = meta.mtime() != BEGINNING;
            let links = if meta.is_dir() { 0 } else { meta.nlink() };
            let seen = Seen { mode: meta.mode(), owner: meta.uid(), links, text, identity, touched };
            view.insert(name, seen);
        })?;
        Ok(view)
    }
}

/// O_PATH and O_NOFOLLOW: a hold on a file of any kind that opens none.
fn libc_flags() -> i32 {
    (rustix::fs::OFlags::PATH | rustix::fs::OFlags::NOFOLLOW).bits() as i32
}

/// Calls `f` with each name below `dir`, in the order of names, parents first.
fn walk(top: &Path, dir: &Path, f: &mut dyn FnMut(String, &Path, &fs::Metadata)) -> Result<()> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(dir)?.map(|e| e.map(|e| e.path())).collect::<std::io::Result<_>>()?;
    paths.sort();
    for path in paths {
        let meta = fs::symlink_metadata(&path)?;
        f(path.strip_prefix(top)?.to_string_lossy().into_owned(), &path, &meta);
        if meta.is_dir() {
            walk(top, &path, f)?;
        }
    }
    Ok(())
}

/// What differs between two views, a line each.
pub fn differences(first: &View, second: &View) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    let mut out = Vec::new();
    for name in names {
        match (first.get(name), second.get(name)) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => out.push(format!("{name}:\n  {a:?}\n  {b:?}")),
            (Some(_), None) => out.push(format!("{name}: only with dash")),
            _ => out.push(format!("{name}: only with rkbuild")),
        }
    }
    out
}
