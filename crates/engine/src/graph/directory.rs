//! Directory listings, so that implicit-rule search need not stat every candidate, and what was found impossible to make.

use std::sync::Arc;

use rkbuild_base::{FxMap, FxSet, Name};
use rkbuild_eval::Session;
use rkbuild_host::{Listing, Meta, errors};

/// [`Session::directory_changes`] when a directory was looked at, and its listing if there is one.
type Seen = (u64, Option<Arc<Listing>>);

/// Whether there is a name in a directory.
pub enum Has {
    /// No.
    No,
    /// Yes, whatever it is of.
    Name,
    /// Yes, that of a file.
    File(Meta),
}

/// Listings this session took, each good until the next command was started.
#[derive(Default)]
pub struct Directories {
    seen: FxMap<Box<[u8]>, Seen>,
    /// Directories of which one name was looked at, without a listing.
    once: FxSet<Box<[u8]>>,
    /// Names that no file and no rule gives.
    impossible: FxSet<Name>,
    /// [`Session::directory_changes`] when these were last asked for.
    asked: u64,
}

/// Splits a path into its directory (`.` when there is none) and its last component.
pub fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memrchr(b'/', path) {
        Some(0) => (b"/", &path[1..]),
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (b".", path),
    }
}

impl Directories {
    /// Forgets everything: a command that was running has ended. What is impossible 4.3 never looks at again.
    pub fn clear(&mut self, session: &Session) {
        self.seen.clear();
        if session.identity().is_4_4() {
            self.impossible.clear();
        }
    }

    /// Whether it is known, since the last command was started, that a name can't be made.
    pub fn is_impossible(&mut self, session: &Session, name: Name) -> bool {
        if self.asked != session.directory_changes() && session.identity().is_4_4() {
            self.impossible.clear();
        }
        self.asked = session.directory_changes();
        self.impossible.contains(&name)
    }

    /// What was found impossible may be possible now.
    pub fn reconsider(&mut self, name: Name) {
        self.impossible.remove(&name);
    }

    /// Remembers that a name can't be made.
    pub fn set_impossible(&mut self, name: Name) {
        self.impossible.insert(name);
    }

    /// Forgets that `path` was looked for, after make itself changed its directory.
    pub fn forget(&mut self, path: &[u8]) {
        self.seen.remove(split(path).0);
    }

    /// The same as [`Directories::has`], for names most of which are alone in their directories: a listing is taken when another
    /// name of one is asked for. (A kernel's makefile depends on 1,500 Kconfig files in almost as many directories.)
    pub fn has_alone(&mut self, session: &Session, path: &[u8]) -> Has {
        let (dir, name) = split(path);
        if !name.is_empty() && !self.seen.contains_key(dir) && self.once.insert(dir.into()) {
            match session.host().has_this_name(&session.dir, dir, name) {
                Some(None) => return Has::No,
                Some(Some(meta)) if meta.is_file() => return Has::File(meta),
                Some(Some(_)) => return Has::Name,
                None => {}
            }
        }
        if self.has(session, path) { Has::Name } else { Has::No }
    }

    /// Whether a file of that name exists, by its directory's listing.
    pub fn has(&mut self, session: &Session, path: &[u8]) -> bool {
        let (dir, name) = split(path);
        if name.is_empty() {
            // A name that ends in a slash is that of the directory.
            return session.host().exists(&session.dir, path);
        }
        let stamp = session.directory_changes();
        let host = session.host();
        let listing = match self.seen.get(dir) {
            Some((at, listing)) if *at == stamp => listing.clone(),
            _ => {
                let listing = match host.names_of(&session.dir, dir) {
                    Ok(listing) => Some(listing),
                    // To look at the file itself takes no descriptor.
                    Err(error) if errors::is_scarce(&error) => {
                        return host.exists(&session.dir, path);
                    }
                    Err(_) => None,
                };
                self.seen.insert(dir.into(), (stamp, listing.clone()));
                listing
            }
        };
        host.has_name(&session.dir, dir, listing.as_deref(), name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_split_at_its_last_slash() {
        assert_eq!(split(b"a/b/c"), (&b"a/b"[..], &b"c"[..]));
        assert_eq!(split(b"/c"), (&b"/"[..], &b"c"[..]));
        assert_eq!(split(b"c"), (&b"."[..], &b"c"[..]));
    }
}
