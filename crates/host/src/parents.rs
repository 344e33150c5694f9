//! Looking at many files, a few directories of which hold most: each directory is walked to once.

use std::collections::hash_map::Entry;
use std::io;
use std::os::fd::OwnedFd;

use rustc_hash::FxHashMap;
use rustix::fs::{AtFlags, Mode, OFlags};

use crate::{Dir, Host, Meta};

/// So many directories are held open at most.
const MOST: usize = 128;

/// The directories that names were found in. It is for names that are looked at in one go: what becomes of a directory's
/// name meanwhile is not seen.
pub struct Parents<'a> {
    host: &'a Host,
    dir: &'a Dir,
    open: FxHashMap<&'a [u8], Option<OwnedFd>>,
}

impl<'a> Parents<'a> {
    /// None yet, for names as seen from `dir`.
    pub fn new(host: &'a Host, dir: &'a Dir) -> Parents<'a> {
        Parents { host, dir, open: FxHashMap::default() }
    }

    /// The attributes of what `path` leads to, through a symbolic link at its end as well. A session's
    /// [`Eyes`](crate::eyes::Eyes) are not told.
    pub fn stat(&mut self, path: &'a [u8]) -> io::Result<Meta> {
        self.host.counts.stats.add(1);
        let whole = || Ok(rustix::fs::statat(self.dir, path, AtFlags::empty())?.into());
        let slash = path.iter().rposition(|c| *c == b'/');
        let Some((parent, name)) = slash.map(|at| path.split_at(at + 1)) else { return whole() };
        if name.is_empty() {
            return whole();
        }
        let count = self.open.len();
        let parent = match self.open.entry(parent) {
            // Most directories that are met once are not met again.
            Entry::Vacant(entry) if count < MOST => {
                entry.insert(None);
                return whole();
            }
            Entry::Vacant(_) => return whole(),
            Entry::Occupied(entry) => entry.into_mut(),
        };
        if parent.is_none() {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let (path, _) = path.split_at(path.len() - name.len());
            *parent = rustix::fs::openat(self.dir, path, flags, Mode::empty()).ok();
        }
        match parent {
            Some(parent) => Ok(rustix::fs::statat(parent, name, AtFlags::empty())?.into()),
            None => whole(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eyes::Ask;
    use crate::file::tests::scratch;

    #[test]
    fn a_file_is_found_in_a_directory_as_by_its_whole_name() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        host.mkdir(&dir, b"d").unwrap();
        host.mkdir(&dir, b"d/e").unwrap();
        for name in ["f", "d/f", "d/g", "d/e/f"] {
            host.write(&dir, name.as_bytes(), name.as_bytes(), false).unwrap();
        }
        host.symlink(&dir, b"d/e", b"l").unwrap();
        host.symlink(&dir, b"../f", b"d/up").unwrap();
        let absolute = dir.absolute(b"d/e/f");
        let names = [
            "f", "d/f", "d/g", "d/up", "d/none", "d/e/f", "d/e/../g", "d/e/.", "d/e/", "l/f", "l/none",
            "f/f", "none/f",
        ];
        let mut parents = Parents::new(&host, &dir);
        let thrice = names.iter().chain(&names).chain(&names).map(|name| name.as_bytes());
        for name in thrice.chain([absolute.as_slice(); 3]) {
            let (near, far) = (parents.stat(name), host.look_unseen(Ask::Stat, &dir, name));
            let known = |found: io::Result<Meta>| found.map_err(|error| error.raw_os_error());
            assert_eq!(known(near), known(far), "{}", name.escape_ascii());
        }
        let is_open = |parent: &str| parents.open.get(parent.as_bytes()).is_some_and(Option::is_some);
        assert!(is_open("d/") && is_open("l/") && !is_open("none/"));
    }
}
