//! Interned names: variables and targets as dense ids, shared by all sessions of a process.

use std::cmp::Ordering;
use std::hash::BuildHasher;
use std::sync::RwLock;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::options;

/// A name that was interned in a [`Names`]; equal ids mean equal bytes. The default is the empty name.
#[derive(Default, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name(u32);

/// Set in the ids of options: they are told apart wherever a variable is looked up.
const OPTION: u32 = 1 << 31;

impl Name {
    /// The empty name.
    pub const EMPTY: Name = Name(0);

    /// Its number: names are numbered in the order they are met.
    pub fn index(self) -> u32 {
        self.0 & !OPTION
    }

    /// Whether it is called like an option of Kconfig's.
    pub fn is_option(self) -> bool {
        self.0 & OPTION != 0
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Name) -> Ordering {
        self.index().cmp(&other.index())
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Name) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl std::fmt::Debug for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.index())
    }
}

const SHARDS: usize = 32;

/// A name as a [`Names`] finds it. Part of its hash is kept: most look-ups end at it, and a table that grows needs it again.
struct Entry {
    hash: u32,
    name: Name,
}

/// One part of the table, with a lock of its own.
#[derive(Default)]
struct Shard {
    entries: HashTable<Entry>,
    /// What is left of the memory that texts are put into, one behind the other: most are short.
    room: &'static mut [u8],
    /// How much memory was asked for last.
    asked: usize,
}

/// The most memory that is asked for at once for texts.
const MOST: usize = 1 << 16;

impl Shard {
    /// Keeps a text for as long as the process lives.
    fn keep(&mut self, text: &[u8]) -> &'static [u8] {
        if text.len() > self.room.len() {
            if text.len() > MOST / 16 {
                return Box::leak(text.into());
            }
            // Leaked on purpose: a plain reference can be held while the session that asked for it is changed.
            self.asked = (self.asked * 2).clamp(256, MOST).max(text.len());
            self.room = Box::leak(vec![0; self.asked].into_boxed_slice());
        }
        let (kept, room) = std::mem::take(&mut self.room).split_at_mut(text.len());
        self.room = room;
        kept.copy_from_slice(text);
        kept
    }
}

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

/// A hash as the tables want it: they look at the lowest and the highest bits.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

impl Names {
    /// An empty table, but for the empty name, which is always id 0.
    pub fn new() -> Names {
        let names = Names { shards: std::array::from_fn(|_| RwLock::default()), all: boxcar::Vec::new() };
        names.intern(b"");
        names
    }

    /// The part of the table that `text` is in, and the part of its hash that is kept.
    fn shard(&self, text: &[u8]) -> (&RwLock<Shard>, u32) {
        let hash = FxBuildHasher.hash_one(text);
        (&self.shards[hash as usize % SHARDS], (hash >> 32) as u32)
    }

    fn find(&self, shard: &Shard, hash: u32, text: &[u8]) -> Option<Name> {
        let same = |entry: &Entry| entry.hash == hash && self.text(entry.name) == text;
        shard.entries.find(spread(hash), same).map(|entry| entry.name)
    }

    /// The id of `text`, made now if it is new.
    pub fn intern(&self, text: &[u8]) -> Name {
        let (shard, hash) = self.shard(text);
        if let Some(name) = self.find(&shard.read().unwrap_or_else(|e| e.into_inner()), hash, text) {
            return name;
        }
        let mut shard = shard.write().unwrap_or_else(|e| e.into_inner());
        if let Some(name) = self.find(&shard, hash, text) {
            return name;
        }
        let kept = shard.keep(text);
        let option = if text.starts_with(options::PREFIX) { OPTION } else { 0 };
        let name = Name(u32::try_from(self.all.push(kept)).unwrap_or(u32::MAX) | option);
        shard.entries.insert_unique(spread(hash), Entry { hash, name }, |entry| spread(entry.hash));
        name
    }

    /// The id of `text`, if anybody interned it before. For look-ups that must not grow the table.
    pub fn get(&self, text: &[u8]) -> Option<Name> {
        let (shard, hash) = self.shard(text);
        self.find(&shard.read().unwrap_or_else(|e| e.into_inner()), hash, text)
    }

    /// The bytes of a name.
    pub fn text(&self, name: Name) -> &'static [u8] {
        self.all[name.index() as usize]
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
        assert_eq!(names.text(Name::EMPTY), b"");
        let option = names.intern(b"CONFIG_A");
        assert!(option.is_option() && !a.is_option());
        assert_eq!((names.text(option), option.index()), (&b"CONFIG_A"[..], 3));
        assert!(b < option && option < names.intern(b"Z"), "the order is that in which they were met");
    }

    #[test]
    fn many_names_and_long_ones_keep_their_bytes() {
        let names = Names::new();
        let text = |n: usize| format!("{n}-{}", "x".repeat(n * 7 % 9000)).into_bytes();
        let all: Vec<Name> = (0..2000).map(|n| names.intern(&text(n))).collect();
        for (n, name) in all.into_iter().enumerate() {
            assert_eq!((names.text(name), names.get(&text(n))), (&text(n)[..], Some(name)));
        }
    }
}
