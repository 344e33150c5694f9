//! The names in a directory, read once and kept while they can be proved to be the same.
//!
//! Two proofs are accepted. Either nothing this process did may have changed a file since (the epoch is the same and no
//! child runs). Or a stat of the directory shows the same identity and times as when it was read, and those times were,
//! when it was read, older than the clock's grain: otherwise a name could have come in after the reading and
//! within the same tick (git's index has the same rule).

use std::io;
use std::sync::{Arc, PoisonError};

use bstr::{BStr, BString, ByteSlice};
use rustc_hash::{FxHashMap, FxHasher};
use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

use crate::eyes::{self, Answer, Ask, used};
use crate::limits::patiently;
use crate::{Dir, Host, Kind, Meta, errors};

/// How much older than the reading a directory's times must be. Kernels tick at 100 Hz or faster.
const GRAIN_NS: i64 = 50_000_000;
/// The same where times seem to be whole seconds, or two (FAT).
const COARSE_GRAIN_NS: i64 = 2_100_000_000;

/// The names in a directory, without `.` and `..`.
#[derive(Debug, Default)]
pub struct Listing {
    /// All names, one after the other.
    text: Vec<u8>,
    entries: Vec<Entry>,
    /// Open addressing: 1 + an index into `entries`, or 0. The size is a power of two, at least twice the entries.
    table: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: u32,
    len: u16,
    kind: Kind,
}

impl Listing {
    fn read(dir: &Dir, path: &[u8]) -> io::Result<(Listing, Meta, bool)> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let path = if path.is_empty() { b"." } else { path };
        let file = patiently(|| rustix::fs::openat(dir, path, flags, Mode::empty()))?;
        // Before the names are read, so that a later change shows in the times.
        let meta = Meta::from(rustix::fs::fstat(&file)?);
        let honest = rustix::fs::fstatfs(&file).is_ok_and(|fs| keeps_directory_times(fs.f_type as u64));
        let mut listing = Listing::default();
        let mut buffer = Vec::with_capacity(32 * 1024);
        let mut raw = rustix::fs::RawDir::new(&file, buffer.spare_capacity_mut());
        while let Some(entry) = raw.next() {
            let entry = entry?;
            listing.push(entry.file_name().to_bytes(), entry.file_type().into());
        }
        listing.index();
        Ok((listing, meta, honest))
    }

    fn push(&mut self, name: &[u8], kind: Kind) {
        // The lengths hold for any directory: names have at most 255 bytes and 2^32 bytes of them do not fit in memory
        // that anybody lists; what does not fit is left out rather than wrong.
        if let (Ok(start), Ok(len)) = (u32::try_from(self.text.len()), u16::try_from(name.len()))
            && name != b"."
            && name != b".."
        {
            self.text.extend_from_slice(name);
            self.entries.push(Entry { start, len, kind });
        }
    }

    fn index(&mut self) {
        let size = (self.entries.len() * 2).next_power_of_two().max(2);
        let mut table = vec![0u32; size];
        for (n, entry) in self.entries.iter().enumerate() {
            let mut at = hash(self.name(entry)) & (size - 1);
            while table.get(at).is_some_and(|slot| *slot != 0) {
                at = (at + 1) & (size - 1);
            }
            if let Some(slot) = table.get_mut(at) {
                *slot = n as u32 + 1;
            }
        }
        self.table = table;
    }

    fn name(&self, entry: &Entry) -> &[u8] {
        let start = entry.start as usize;
        self.text.get(start..start + usize::from(entry.len)).unwrap_or_default()
    }

    fn find(&self, name: &[u8]) -> Option<&Entry> {
        let mask = self.table.len().checked_sub(1)?;
        let mut at = hash(name) & mask;
        loop {
            let slot = *self.table.get(at)?;
            let entry = self.entries.get((slot as usize).checked_sub(1)?)?;
            if self.name(entry) == name {
                return Some(entry);
            }
            at = (at + 1) & mask;
        }
    }

    /// True when the directory has this name. `.` and `..` are in every directory.
    pub fn contains(&self, name: &[u8]) -> bool {
        self.kind(name).is_some()
    }

    /// What kind of thing has this name, as far as the directory tells.
    pub fn kind(&self, name: &[u8]) -> Option<Kind> {
        match name {
            b"." | b".." => Some(Kind::Dir),
            _ => self.find(name).map(|entry| entry.kind),
        }
    }

    /// The names and kinds, in the file system's order, without `.` and `..`.
    pub fn iter(&self) -> impl Iterator<Item = (&BStr, Kind)> {
        self.entries.iter().map(|entry| (self.name(entry).as_bstr(), entry.kind))
    }

    /// What stands for those names that are wanted, in any order: the same names give the same.
    pub fn digest(&self, wanted: impl Fn(&[u8]) -> bool) -> BString {
        let mut names: Vec<&BStr> = self.iter().map(|(name, _)| name).filter(|name| wanted(name)).collect();
        names.sort_unstable();
        let text = bstr::join("\0", names);
        eyes::hash(&text).to_le_bytes().to_vec().into()
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

fn hash(name: &[u8]) -> usize {
    use std::hash::Hasher;
    let mut hasher = FxHasher::default();
    hasher.write(name);
    hasher.finish() as usize
}

/// True for file systems known to give a directory new times with every change of its names, and to list all names it has.
/// Not: those made up by the kernel (proc, sysfs), and those of other machines.
fn keeps_directory_times(magic: u64) -> bool {
    const KNOWN: [u64; 9] = [
        0xef53,      // ext2, ext3, ext4
        0x5846_5342, // xfs
        0x9123_683e, // btrfs
        0x0102_1994, // tmpfs
        0x794c_7630, // overlayfs
        0xf2f5_2010, // f2fs
        0x2fc1_2fc1, // zfs
        0xca45_1a4e, // bcachefs
        0x8584_58f6, // ramfs
    ];
    KNOWN.contains(&(magic & 0xffff_ffff))
}

/// For file systems, by their devices, whether they list what is found in them, as far as is known.
pub(crate) type Devices = FxHashMap<u64, bool>;

/// The listings a [`Host`] keeps, by absolute path.
pub(crate) type Cache = FxHashMap<BString, Kept>;

/// A listing, or the error there was, and what proves that it still holds.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    result: Result<Arc<Listing>, i32>,
    epoch: Option<u64>,
    /// The directory's attributes, when their being the same later will prove that the names are.
    unchanged_if: Option<Meta>,
}

impl Kept {
    fn answer(&self) -> io::Result<Arc<Listing>> {
        self.result.clone().map_err(io::Error::from_raw_os_error)
    }
}

impl Host {
    /// The names in the directory `path` (empty means `dir` itself), all of which count.
    pub fn listing(&self, dir: &Dir, path: &[u8]) -> io::Result<Arc<Listing>> {
        let found = self.names_of(dir, path);
        if let Some(eyes) = self.eyes() {
            let answer = match &found {
                Ok(listing) => Answer::Text(listing.digest(|_| true)),
                Err(error) => Answer::failed(error),
            };
            eyes.saw(Ask::Names, dir, path, used::CONTENTS, answer, 0);
        }
        found
    }

    /// The names in a directory as they are now, with its attributes from before they were read; `None` where its file system
    /// does not keep the times of directories.
    pub fn names_now(&self, dir: &Dir, path: &[u8]) -> io::Result<Option<(Listing, Meta)>> {
        self.counts.listings.add(1);
        let (listing, meta, honest) = Listing::read(dir, path)?;
        Ok(honest.then_some((listing, meta)))
    }

    /// Whether a directory has a name, by its listing from [`Host::names_of`].
    pub fn has_name(&self, dir: &Dir, path: &[u8], listing: Option<&Listing>, name: &[u8]) -> bool {
        let there = listing.is_some_and(|listing| listing.contains(name));
        self.note_name(dir, path, name, there);
        there
    }

    /// The same without a listing, for who wants to know of one name only: the attributes of what has it, if anything does. `None`
    /// where only a listing can tell.
    pub fn has_this_name(&self, dir: &Dir, path: &[u8], name: &[u8]) -> Option<Option<Meta>> {
        let listed = dir.absolute(path);
        if self.listings.read().unwrap_or_else(PoisonError::into_inner).contains_key(&listed) {
            return None;
        }
        let full = |name: &[u8]| if path.is_empty() { name.to_vec() } else { [path, b"/", name].concat() };
        let there = match self.look_unseen(Ask::Lstat, dir, &full(name)) {
            Ok(meta) => {
                if !name.is_ascii() {
                    return None;
                }
                self.lists_what_it_finds(dir, path, &meta)?;
                // Where upper and lower case are the same, it may be listed by another name.
                let mut other = name.to_vec();
                if let Some(letter) = other.iter_mut().find(|c| c.is_ascii_alphabetic()) {
                    *letter ^= 0x20;
                    match self.look_unseen(Ask::Lstat, dir, &full(&other)) {
                        Ok(same) if (same.dev, same.ino) == (meta.dev, meta.ino) => return None,
                        Ok(_) => {}
                        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                        Err(_) => return None,
                    }
                }
                Some(meta)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(_) => return None,
        };
        self.note_name(dir, path, name, there.is_some());
        Some(there)
    }

    /// `Some` if a directory may be read, and is of a file system that is known to list what is found in it, which is `meta`.
    fn lists_what_it_finds(&self, dir: &Dir, path: &[u8], meta: &Meta) -> Option<()> {
        let path = if path.is_empty() { b"." } else { path };
        self.counts.stats.add(1);
        rustix::fs::accessat(dir, path, rustix::fs::Access::READ_OK, AtFlags::EACCESS).ok()?;
        let known =
            self.listed_devices.read().unwrap_or_else(PoisonError::into_inner).get(&meta.dev).copied();
        let known = match known {
            Some(known) => known,
            None => {
                let is = self.look_unseen(Ask::Stat, dir, path).ok()?;
                if is.dev != meta.dev {
                    return None;
                }
                let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
                let open = rustix::fs::openat(dir, path, flags, Mode::empty()).ok()?;
                let known =
                    rustix::fs::fstatfs(&open).is_ok_and(|fs| keeps_directory_times(fs.f_type as u64));
                self.listed_devices.write().unwrap_or_else(PoisonError::into_inner).insert(meta.dev, known);
                known
            }
        };
        known.then_some(())
    }

    fn note_name(&self, dir: &Dir, path: &[u8], name: &[u8], there: bool) {
        if let Some(eyes) = self.eyes() {
            let path = if path.is_empty() { name.to_vec() } else { [path, b"/", name].concat() };
            let answer = if there { Answer::There } else { Answer::Failed(Errno::NOENT.raw_os_error()) };
            eyes.saw(Ask::Lstat, dir, &path, used::THERE, answer, 0);
        }
    }

    /// Notes which names of a directory matched a pattern.
    pub(crate) fn note_names(
        &self,
        dir: &Dir,
        path: &[u8],
        listing: Result<&Listing, &io::Error>,
        pattern: &[u8],
    ) {
        let Some(eyes) = self.eyes() else { return };
        let answer = match listing {
            Ok(listing) => Answer::Text(listing.digest(|name| crate::matches(pattern, name))),
            Err(error) => Answer::failed(error),
        };
        let path = if path.is_empty() { pattern.to_vec() } else { [path, b"/", pattern].concat() };
        eyes.saw(Ask::Glob, dir, &path, used::CONTENTS, answer, 0);
    }

    /// The names in the directory `path` (empty means `dir` itself). What of them is used is told with
    /// [`Host::has_name`].
    pub fn names_of(&self, dir: &Dir, path: &[u8]) -> io::Result<Arc<Listing>> {
        if dir.path().is_empty() && !path.starts_with(b"/") {
            self.counts.listings.add(1);
            return Listing::read(dir, path).map(|(listing, ..)| Arc::new(listing));
        }
        let key = dir.absolute(path);
        let epoch = self.quiet_epoch();
        let kept = self.listings.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(kept) = kept {
            if epoch.is_some() && epoch == kept.epoch {
                self.counts.listing_hits.add(1);
                return kept.answer();
            }
            if let Some(before) = kept.unchanged_if {
                let now = self.look_unseen(Ask::Stat, dir, if path.is_empty() { b"." } else { path })?;
                if same_directory(&before, &now) {
                    self.counts.listing_hits.add(1);
                    return kept.answer();
                }
            }
        }
        let started = self.now_ns();
        self.counts.listings.add(1);
        let kept = match Listing::read(dir, path) {
            Ok((listing, meta, honest)) => Kept {
                result: Ok(Arc::new(listing)),
                epoch,
                unchanged_if: (honest && is_settled(&meta, started)).then_some(meta),
            },
            Err(e) => match e.raw_os_error() {
                Some(errno) if !errors::is_scarce(&e) => {
                    Kept { result: Err(errno), epoch, unchanged_if: None }
                }
                _ => return Err(e),
            },
        };
        let answer = kept.answer();
        self.listings.write().unwrap_or_else(PoisonError::into_inner).insert(key, kept);
        answer
    }
}

fn same_directory(before: &Meta, now: &Meta) -> bool {
    let id = |m: &Meta| (m.dev, m.ino, m.mtime_ns, m.ctime_ns);
    id(before) == id(now)
}

/// True when a change after `now` must give the directory other times than it has.
fn is_settled(meta: &Meta, now: i64) -> bool {
    let last = meta.mtime_ns.max(meta.ctime_ns);
    let whole_seconds = meta.mtime_ns % 1_000_000_000 == 0 && meta.ctime_ns % 1_000_000_000 == 0;
    let grain = if whole_seconds { COARSE_GRAIN_NS } else { GRAIN_NS };
    last.saturating_add(grain) < now
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::tests::scratch;

    #[test]
    fn every_name_is_found_and_no_other() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        host.mkdir(&dir, b"sub").unwrap();
        for n in 0..300 {
            host.write(&dir, format!("sub/f{n}\u{e4}").as_bytes(), b"", false).unwrap();
        }
        host.symlink(&dir, b"x", b"sub/l").unwrap();
        let listing = host.listing(&dir, b"sub").unwrap();
        assert_eq!(listing.len(), 301);
        assert!((0..300).all(|n| listing.contains(format!("f{n}\u{e4}").as_bytes())));
        assert!(!listing.contains(b"f300") && !listing.contains(b""));
        assert!(listing.contains(b"."));
        assert_eq!(listing.kind(b"l"), Some(Kind::Symlink));
        assert_eq!(host.listing(&dir, b"").unwrap().kind(b"sub"), Some(Kind::Dir));
        assert!(host.listing(&dir, b"sub/f0\xc3\xa4").is_err());
    }

    #[test]
    fn one_name_alone_is_found_as_in_the_listing() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        host.mkdir(&dir, b"sub").unwrap();
        host.write(&dir, b"sub/There", b"", false).unwrap();
        host.symlink(&dir, b"nowhere", b"sub/link").unwrap();
        let names: [&[u8]; 5] = [b"There", b"there", b"missing", b"link", b"."];
        let trusted = rustix::fs::fstatfs(&*dir).is_ok_and(|fs| keeps_directory_times(fs.f_type as u64));
        let alone = names.map(|name| host.has_this_name(&dir, b"sub", name).map(|there| there.is_some()));
        assert_eq!(host.has_this_name(&dir, b"no", b"x"), Some(None));
        // What has letters of which nobody knows the other case.
        host.write(&dir, "sub/\u{e4}".as_bytes(), b"", false).unwrap();
        assert_eq!(host.has_this_name(&dir, b"sub", "\u{e4}".as_bytes()), None);
        // What the kernel makes up has names that it does not list.
        assert_eq!(host.has_this_name(&dir, b"/proc/self", b"stat"), None);
        let listing = host.listing(&dir, b"sub").unwrap();
        for (name, alone) in names.iter().zip(alone) {
            let listed = listing.contains(name);
            assert!(alone == Some(listed) || !trusted && listed && alone.is_none(), "{}", BStr::new(name));
        }
        // Who has a listing need not look.
        assert_eq!(host.has_this_name(&dir, b"sub", b"There"), None);
    }

    #[test]
    fn an_empty_directory_has_no_names() {
        let (_keep, dir) = scratch();
        let listing = Host::new().listing(&dir, b".").unwrap();
        assert!(listing.is_empty() && !listing.contains(b"a"));
    }

    #[test]
    fn a_listing_is_reused_while_the_epoch_is_the_same() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        let first = host.listing(&dir, b".").unwrap();
        assert!(Arc::ptr_eq(&first, &host.listing(&dir, b".").unwrap()));
        host.write(&dir, b"new", b"", false).unwrap();
        assert!(host.listing(&dir, b".").unwrap().contains(b"new"));
    }

    #[test]
    fn a_missing_directory_is_seen_once_it_is_made() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        assert!(host.listing(&dir, b"d").is_err());
        assert!(host.listing(&dir, b"d").is_err());
        assert_eq!(host.counts().listings.get(), 1);
        host.mkdir(&dir, b"d").unwrap();
        assert!(host.listing(&dir, b"d").is_ok());
    }

    #[test]
    fn a_fresh_directory_is_read_again_after_a_change_however_quick() {
        let (keep, dir) = scratch();
        let host = Host::new();
        for n in 0..200 {
            let name = format!("f{n}");
            std::fs::write(keep.path().join(&name), "").unwrap();
            host.changed();
            assert!(host.listing(&dir, b".").unwrap().contains(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn a_settled_directory_is_not_read_again_for_an_unrelated_change() {
        let (keep, dir) = scratch();
        let host = Host::new();
        std::fs::create_dir(keep.path().join("d")).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(120));
        let first = host.listing(&dir, b"d").unwrap();
        host.changed();
        let second = host.listing(&dir, b"d").unwrap();
        // Where the scratch directory's file system is not one that is trusted, it must be read again.
        let trusted = rustix::fs::fstatfs(&*dir).is_ok_and(|fs| keeps_directory_times(fs.f_type as u64));
        assert_eq!(Arc::ptr_eq(&first, &second), trusted);
        std::fs::write(keep.path().join("d/x"), "").unwrap();
        host.changed();
        assert!(host.listing(&dir, b"d").unwrap().contains(b"x"));
    }

    #[test]
    fn settling_takes_longer_where_times_are_whole_seconds() {
        let meta =
            |ns| Meta { mtime_ns: ns, ctime_ns: ns, size: 0, mode: 0, dev: 1, ino: 1, uid: 0, rdev: 0 };
        assert!(is_settled(&meta(1_000_000_001), 1_060_000_000));
        assert!(!is_settled(&meta(1_000_000_001), 1_040_000_000));
        assert!(!is_settled(&meta(1_000_000_000), 2_000_000_000));
        assert!(!is_settled(&meta(5_000_000_001), 1_000_000_000));
    }
}
