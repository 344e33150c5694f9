//! Interned names: variables and targets as dense ids, shared by all sessions of a process.

use std::hash::BuildHasher;
use std::sync::RwLock;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// A name that was interned in a [`Names`]; equal ids mean equal bytes. The default is the empty name.
#[derive(Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(pub u32);

impl std::fmt::Debug for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.0)
    }
}

const SHARDS: usize = 32;

/// A name as a [`Names`] finds it. Its hash is kept: most look-ups end at it, and a table that grows needs it again.
struct Entry {
    hash: u64,
    text: &'static [u8],
    name: Name,
}

type Shard = HashTable<Entry>;

/// The table of interned names. Names are never removed: a process builds one tree and ends.
pub struct Names {
    shards: [RwLock<Shard>; SHARDS],
    all: boxcar::Vec<&'static [u8]>,
}

impl Default for Names {
    fn default() -> Self {
        Self::new()
    }
}

fn find(shard: &Shard, hash: u64, text: &[u8]) -> Option<Name> {
    shard.find(hash, |entry| entry.hash == hash && entry.text == text).map(|entry| entry.name)
}

impl Names {
    /// An empty table, but for the empty name, which is always id 0.
    pub fn new() -> Names {
        let names = Names { shards: std::array::from_fn(|_| RwLock::default()), all: boxcar::Vec::new() };
        names.intern(b"");
        names
    }

    /// The part of the table that `text` is in, and its hash.
    fn shard(&self, text: &[u8]) -> (&RwLock<Shard>, u64) {
        let hash = FxBuildHasher.hash_one(text);
        (&self.shards[(hash >> 40) as usize % SHARDS], hash)
    }

    /// The id of `text`, made now if it is new.
    pub fn intern(&self, text: &[u8]) -> Name {
        let (shard, hash) = self.shard(text);
        if let Some(name) = find(&shard.read().unwrap_or_else(|e| e.into_inner()), hash, text) {
            return name;
        }
        let mut shard = shard.write().unwrap_or_else(|e| e.into_inner());
        if let Some(name) = find(&shard, hash, text) {
            return name;
        }
        // Leaked on purpose: names live as long as the process, and a plain reference can be held while
        // the session that asked for it is changed.
        let kept: &'static [u8] = Box::leak(text.into());
        let index = self.all.push(kept);
        let name = Name(u32::try_from(index).unwrap_or(u32::MAX));
        shard.insert_unique(hash, Entry { hash, text: kept, name }, |entry| entry.hash);
        name
    }

    /// The id of `text`, if anybody interned it before. For look-ups that must not grow the table.
    pub fn get(&self, text: &[u8]) -> Option<Name> {
        let (shard, hash) = self.shard(text);
        find(&shard.read().unwrap_or_else(|e| e.into_inner()), hash, text)
    }

    /// The bytes of a name.
    pub fn text(&self, name: Name) -> &'static [u8] {
        self.all[name.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bytes_get_equal_ids_and_ids_give_the_bytes_back() {
        let names = Names::new();
        let a = names.intern(b"CC");
        let b = names.intern(b"\xff\x00");
        assert_eq!(a, names.intern(b"CC"));
        assert_ne!(a, b);
        assert_eq!(names.text(b), b"\xff\x00");
        assert_eq!(names.get(b"LD"), None);
        assert_eq!(names.text(Name(0)), b"");
    }
}
