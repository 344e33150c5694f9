//! Where records of builds are: one file each, in a directory of the user's own beside that of recall.
//!
//! Nothing here is an error: a record that can't be written or read is as good as none.

use std::sync::Arc;

use rkbuild_base::{BStr, BString, ByteSlice};
use rkbuild_host::{Dir, Env, Host};
use rkbuild_recall::key;
use rkbuild_recall::place::Place;
use xxhash_rust::xxh3::xxh3_128;

use crate::last::record::{FORMAT, Record};

const MAGIC: &[u8; 6] = b"rklast";
/// What stands before a record: the magic, the version, the hash of the record.
const HEADER: usize = 6 + 4 + 16;

/// How many records there may be of a tree, and in all.
const MOST_OF_TREE: usize = 16;
const MOST: usize = 256;
/// How many bytes a record may have, and all of them.
const LARGEST: usize = 4 << 20;
const MOST_BYTES: u64 = 64 << 20;

/// How long somebody may take to write a record, in nanoseconds.
const PATIENCE: i64 = 3600 * 1_000_000_000;

/// The records of one tree.
pub struct Store {
    host: Arc<Host>,
    env: Env,
    /// What the names of its files begin with: the directory, and the arguments that lead elsewhere.
    directory: String,
    tree: String,
}

impl Store {
    /// Those of builds that are started in `dir` with `argv`.
    pub fn new(host: &Arc<Host>, env: &Env, dir: &Dir, argv: &[BString]) -> Store {
        let short = |key: u128| format!("{:016x}", key as u64);
        let directory = short(key::of_tree(dir.path(), &[]));
        let tree = short(key::of_tree(dir.path(), argv));
        Store { host: host.unseen(), env: env.clone(), directory, tree }
    }

    /// Nobody who did not ask gets a `~/.cache`: a home may be the very directory that is built.
    fn place(&self, file: BString) -> Option<Place> {
        Place::beside_stores(&self.env, "last", file)
    }

    /// All files, those that are being written left out, with size and time.
    fn files(&self, dir: &Dir) -> Vec<(BString, u64, i64)> {
        let Ok(listing) = self.host.names_of(dir, b"") else { return Vec::new() };
        let with_size = |(name, _): (&BStr, _)| {
            let meta = self.host.lstat(dir, name).ok()?;
            Some((name.to_owned(), meta.size, meta.mtime_ns))
        };
        listing.iter().filter_map(with_size).collect()
    }

    /// Keeps a record that began at `began_ns`, and makes room.
    pub fn keep(&self, mut record: Record, began_ns: i64) {
        let mut data = encoded(&record);
        while data.len() > LARGEST && !record.made.is_empty() {
            let rest = record.made.len() / 4;
            record.shorten(rest);
            data = encoded(&record);
        }
        let name = format!("{}-{}-{:016x}-{:x}", self.directory, self.tree, began_ns, std::process::id());
        let Some(place) = self.place(name.into()).filter(|_| data.len() <= LARGEST) else { return };
        let Ok(root) = Dir::root() else { return };
        if place.write(&self.host, &root, &data).is_ok() {
            self.make_room(&place, &root);
        }
    }

    fn make_room(&self, place: &Place, root: &Dir) {
        let Some(dir) = place.open(root) else { return };
        let mut files = self.files(&dir);
        let now = self.host.now_ns();
        files.sort_by_cached_key(|(name, _, _)| std::cmp::Reverse(began(name)));
        let own = format!("{}-{}-", self.directory, self.tree);
        let (mut count, mut of_tree, mut bytes) = (0, 0, 0);
        for (name, size, time) in files {
            let is_record = name.contains(&b'-');
            count += usize::from(is_record);
            of_tree += usize::from(name.starts_with(own.as_bytes()));
            bytes += size;
            let left_behind = !is_record && now.saturating_sub(time) > PATIENCE;
            let too_many = is_record && (count > MOST || of_tree > MOST_OF_TREE || bytes > MOST_BYTES);
            if left_behind || too_many {
                of_tree -= usize::from(name.starts_with(own.as_bytes()));
                let _ = self.host.unlink(&dir, &name);
            }
        }
    }

    /// The `nth` last record, from 1 on; of builds with any arguments if `any`.
    pub fn nth(&self, nth: usize, any: bool) -> Option<Record> {
        self.newest(any).nth(nth.checked_sub(1)?)
    }

    /// The records that can be read, the newest first.
    pub fn newest(&self, any: bool) -> impl Iterator<Item = Record> + '_ {
        let root = Dir::root().ok();
        let dir = root.as_ref().and_then(|root| self.place("x".into())?.open(root));
        let listing = dir.and_then(|dir| self.host.names_of(&dir, b"").ok());
        let begin =
            if any { format!("{}-", self.directory) } else { format!("{}-{}-", self.directory, self.tree) };
        let names = listing.iter().flat_map(|listing| listing.iter().map(|(name, _)| name.to_owned()));
        let mut names: Vec<BString> = names.filter(|name| name.starts_with(begin.as_bytes())).collect();
        names.sort_by_cached_key(|name| std::cmp::Reverse(began(name)));
        let read = move |name| decoded(&self.place(name)?.read(&self.host, root.as_deref()?)?);
        names.into_iter().filter_map(read)
    }
}

/// When the build of a record began: its name says so.
fn began(name: &BString) -> Option<BString> {
    name.splitn_str(3, "-").nth(2).map(BString::from)
}

fn encoded(record: &Record) -> Vec<u8> {
    let body = postcard::to_stdvec(record).unwrap_or_default();
    let mut data = MAGIC.to_vec();
    data.extend_from_slice(&FORMAT.to_le_bytes());
    data.extend_from_slice(&xxh3_128(&body).to_le_bytes());
    data.extend_from_slice(&body);
    data
}

fn decoded(data: &[u8]) -> Option<Record> {
    let (header, body) = data.split_at_checked(HEADER).filter(|_| data.len() <= LARGEST)?;
    let (magic, rest) = header.split_at_checked(MAGIC.len())?;
    let (version, hash) = rest.split_at_checked(4)?;
    if magic != MAGIC || version != FORMAT.to_le_bytes() || hash != xxh3_128(body).to_le_bytes() {
        return None;
    }
    postcard::from_bytes(body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::last::record::tests::record;

    #[test]
    fn what_is_damaged_cut_off_or_of_another_version_is_as_good_as_none() {
        let data = encoded(&record(&[("CC", "a.o", 5)]));
        assert!(decoded(&data).is_some());
        for at in [0, MAGIC.len(), HEADER - 1, HEADER, data.len() - 1] {
            let mut wrong = data.clone();
            wrong[at] ^= 1;
            assert!(decoded(&wrong).is_none(), "{at}");
            assert!(decoded(&data[..at]).is_none(), "{at}");
        }
    }

    #[test]
    fn a_tree_keeps_so_many_records_and_the_newest_comes_first() {
        let keep = tempfile::tempdir().unwrap();
        let mut env = Env::default();
        env.set("XDG_CACHE_HOME", keep.path().to_str().unwrap());
        let host = Host::new();
        let dir = Dir::current().unwrap();
        let store = |args: &[&str]| {
            let argv: Vec<BString> = args.iter().map(|arg| BString::from(*arg)).collect();
            Store::new(&host, &env, &dir, &argv)
        };
        let (plain, other) = (store(&["make"]), store(&["make", "O=x"]));
        let named = |at: usize| record(&[("CC", &format!("{at}.o"), 5)]);
        for at in 0..MOST_OF_TREE + 3 {
            plain.keep(named(at), at as i64);
        }
        other.keep(named(99), 99);
        let first = |record: Record| record.made[0].target.name.clone();
        assert_eq!(plain.newest(false).count(), MOST_OF_TREE);
        assert_eq!(first(plain.nth(1, false).unwrap()), format!("{}.o", MOST_OF_TREE + 2));
        assert_eq!(first(plain.nth(1, true).unwrap()), "99.o");
        assert_eq!(first(other.nth(1, false).unwrap()), "99.o");
        assert!(other.nth(2, false).is_none() && other.nth(0, false).is_none());
    }

    #[test]
    fn a_record_that_is_too_large_keeps_what_took_longest() {
        let long = "x".repeat(400);
        let made: Vec<(String, u64)> = (0..20_000).map(|at| (format!("{long}{at}"), at)).collect();
        let all: Vec<(&str, &str, u64)> =
            made.iter().map(|(name, took)| ("CC", name.as_str(), *took)).collect();
        let keep = tempfile::tempdir().unwrap();
        let mut env = Env::default();
        env.set("XDG_CACHE_HOME", keep.path().to_str().unwrap());
        let store = Store::new(&Host::new(), &env, &Dir::current().unwrap(), &[]);
        store.keep(record(&all), 1);
        let kept = store.nth(1, false).unwrap();
        assert_eq!(kept.made.len() + kept.left_out, 20_000);
        assert!(kept.left_out > 0 && kept.made.iter().all(|made| made.target.took.as_micros() > 100));
        assert_eq!(kept.slowest()[0].target.name, format!("{long}19999"));
    }
}
