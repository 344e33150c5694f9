//! Counts of what was asked of the machine, for benchmarks and for `--stats`.

use std::sync::atomic::{AtomicU64, Ordering};

/// A counter that any thread may raise.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// Adds to the counter.
    #[inline]
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// The value now.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What was asked of the machine through one [`Host`](crate::Host).
#[derive(Debug, Default)]
pub struct Counts {
    /// stat, lstat, access and readlink calls.
    pub stats: Count,
    /// Files read.
    pub reads: Count,
    /// Bytes in those files.
    pub bytes_read: Count,
    /// Files written, made, removed or given other attributes.
    pub writes: Count,
    /// Directories read.
    pub listings: Count,
    /// Listings answered from the cache.
    pub listing_hits: Count,
    /// Patterns expanded.
    pub globs: Count,
    /// Programs started.
    pub spawns: Count,
}

impl Counts {
    /// Every counter with its name.
    pub fn all(&self) -> [(&'static str, u64); 8] {
        [
            ("stats", self.stats.get()),
            ("reads", self.reads.get()),
            ("bytes_read", self.bytes_read.get()),
            ("writes", self.writes.get()),
            ("listings", self.listings.get()),
            ("listing_hits", self.listing_hits.get()),
            ("globs", self.globs.get()),
            ("spawns", self.spawns.get()),
        ]
    }
}
