//! A directory tree at one moment: names, modes, contents, times.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::{Context, Result};
use bstr::{BStr, BString};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3Default;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    File,
    Directory,
    Link,
    Other,
}

/// One file, directory or link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub kind: Kind,
    pub mode: u32,
    pub size: u64,
    /// Of the content, or of a link's text.
    pub hash: u128,
    /// Nanoseconds; not kept for directories, whose times say nothing.
    pub mtime: i128,
    ctime: i128,
    inode: u64,
}

impl Entry {
    /// Whether the same is to be seen, times apart.
    pub fn same(&self, other: &Entry) -> bool {
        (self.kind, self.mode, self.size, self.hash) == (other.kind, other.mode, other.size, other.hash)
    }
}

/// A tree, by path below its top.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    entries: BTreeMap<BString, Entry>,
}

/// How two trees differ in one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Only in the first.
    Missing(BString),
    /// Only in the second.
    Extra(BString),
    Changed {
        path: BString,
        first: Entry,
        second: Entry,
    },
}

impl Difference {
    /// The path it is about.
    pub fn path(&self) -> &BStr {
        match self {
            Difference::Missing(path) | Difference::Extra(path) | Difference::Changed { path, .. } => {
                path.as_ref()
            }
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Missing(path) => write!(f, "missing file: {path}"),
            Difference::Extra(path) => write!(f, "extra file: {path}"),
            Difference::Changed { path, first, second } if first.kind != second.kind => {
                write!(f, "file differs: {path}: {:?} / {:?}", first.kind, second.kind)
            }
            Difference::Changed { path, first, second } if first.mode != second.mode => {
                write!(f, "file differs: {path}: mode {:o} / {:o}", first.mode, second.mode)
            }
            Difference::Changed { path, first, second } => {
                write!(f, "file differs: {path}: {} / {} bytes", first.size, second.size)
            }
        }
    }
}

impl Snapshot {
    /// Looks at everything below `top`; a missing `top` is an empty tree. Content already seen in `before`, by inode and
    /// times, is not read again.
    pub fn take(top: &Path, before: Option<&Snapshot>) -> Result<Snapshot> {
        let mut snapshot = Snapshot::default();
        if top.is_dir() {
            snapshot.add(top, &mut Vec::new(), before)?;
        }
        Ok(snapshot)
    }

    fn add(&mut self, dir: &Path, prefix: &mut Vec<u8>, before: Option<&Snapshot>) -> Result<()> {
        let listing = fs::read_dir(dir).with_context(|| format!("{}", dir.display()))?;
        for item in listing {
            let item = item?;
            let length = prefix.len();
            prefix.extend_from_slice(item.file_name().as_bytes());
            let path = item.path();
            let meta = fs::symlink_metadata(&path).with_context(|| format!("{}", path.display()))?;
            let old = before.and_then(|b| b.entries.get(prefix.as_slice()));
            self.entries.insert(prefix.clone().into(), entry(&path, &meta, old)?);
            if meta.is_dir() {
                prefix.push(b'/');
                self.add(&path, prefix, before)?;
            }
            prefix.truncate(length);
        }
        Ok(())
    }

    pub fn get(&self, path: &BStr) -> Option<&Entry> {
        self.entries.get::<[u8]>(path.as_ref())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&BStr, &Entry)> {
        self.entries.iter().map(|(path, entry)| (path.as_ref(), entry))
    }

    /// The files of `self` that are new or were written since `before`, by content or time.
    pub fn written_since(&self, before: &Snapshot) -> Vec<BString> {
        let written = |(path, now): &(&BString, &Entry)| {
            now.kind != Kind::Directory
                && before.entries.get(*path).is_none_or(|old| !old.same(now) || old.mtime != now.mtime)
        };
        self.entries.iter().filter(written).map(|(path, _)| path.clone()).collect()
    }

    /// The paths of `before` that `self` lacks.
    pub fn removed_since(&self, before: &Snapshot) -> Vec<BString> {
        before.entries.keys().filter(|path| !self.entries.contains_key(*path)).cloned().collect()
    }

    /// In order of path.
    pub fn differences(&self, other: &Snapshot) -> Vec<Difference> {
        let mut all = Vec::new();
        for (path, first) in &self.entries {
            match other.entries.get(path) {
                None => all.push(Difference::Missing(path.clone())),
                Some(second) if !first.same(second) => all.push(Difference::Changed {
                    path: path.clone(),
                    first: first.clone(),
                    second: second.clone(),
                }),
                Some(_) => {}
            }
        }
        let extra = other.entries.keys().filter(|p| !self.entries.contains_key(*p));
        all.extend(extra.cloned().map(Difference::Extra));
        all.sort_by(|a, b| a.path().cmp(b.path()));
        all
    }

    /// Drops what can never agree between two runs, so that equality means `differences` finds nothing.
    pub fn forget_times(&mut self) {
        for entry in self.entries.values_mut() {
            (entry.mtime, entry.ctime, entry.inode) = (0, 0, 0);
        }
    }
}

fn entry(path: &Path, meta: &fs::Metadata, old: Option<&Entry>) -> Result<Entry> {
    let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    let mut entry = Entry {
        kind: Kind::Other,
        mode: meta.mode() & 0o7777,
        size: 0,
        hash: 0,
        mtime: nanoseconds(meta.mtime(), meta.mtime_nsec()),
        ctime: nanoseconds(meta.ctime(), meta.ctime_nsec()),
        inode: meta.ino(),
    };
    if meta.is_symlink() {
        entry.kind = Kind::Link;
        entry.hash = xxhash_rust::xxh3::xxh3_128(fs::read_link(path)?.as_os_str().as_bytes());
    } else if meta.is_dir() {
        entry.kind = Kind::Directory;
        entry.mtime = 0;
    } else if meta.is_file() {
        entry.kind = Kind::File;
        entry.size = meta.len();
        let known = old.filter(|o| {
            (o.kind, o.size, o.mtime, o.ctime, o.inode)
                == (Kind::File, entry.size, entry.mtime, entry.ctime, entry.inode)
        });
        entry.hash = match known {
            Some(old) => old.hash,
            None => hash_file(path).with_context(|| format!("{}", path.display()))?,
        };
    }
    Ok(entry)
}

fn hash_file(path: &Path) -> Result<u128> {
    let mut file = File::open(path)?;
    let mut hash = Xxh3Default::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.digest128()),
            n => hash.update(buffer.get(..n).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rewritten_file_with_the_same_content_is_written_but_not_different() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("d")).unwrap();
        let file = dir.path().join("d/a");
        fs::write(&file, "x").unwrap();
        let before = Snapshot::take(dir.path(), None).unwrap();
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
        File::options().write(true).open(&file).unwrap().set_modified(later).unwrap();
        let after = Snapshot::take(dir.path(), Some(&before)).unwrap();
        assert_eq!(after.written_since(&before), ["d/a"]);
        assert_eq!(before.differences(&after), []);
        fs::write(&file, "y").unwrap();
        let last = Snapshot::take(dir.path(), Some(&after)).unwrap();
        assert_eq!(after.differences(&last).len(), 1);
        fs::remove_file(&file).unwrap();
        assert_eq!(Snapshot::take(dir.path(), None).unwrap().removed_since(&last), ["d/a"]);
    }
}
