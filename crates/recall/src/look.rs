//! Looking at facts: whether what was answered once would be answered now.
//!
//! What was found is kept while nothing this process did can have changed it: the host's epoch is the same and no
//! child runs.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use bstr::{BStr, ByteSlice};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use rkbuild_host::eyes::Ask;
use rkbuild_host::{Count, Dir, Host};

use crate::fact::{Spot, listed};
use crate::store::{Group, Proof, Store};
use crate::trace::Use;

/// Fewer directories than this are looked at one after the other.
const FEW: usize = 64;
/// Opening a directory pays where so many names are looked at in it.
const MANY: usize = 6;

/// What was found about the facts of a store.
pub struct Looks {
    /// For each fact, what of it does not hold, and above that the epoch in which that was found; 0 where nobody looked.
    found: Vec<AtomicU64>,
    /// For each directory, whether its attributes prove its names (1) or not (0), with the epoch as above.
    proofs: Vec<AtomicU64>,
    /// How many facts were looked at, those that their directories prove left out.
    pub looked: Count,
    /// Threads to look with, once there is much; `None` where none are to be had: all is looked at one after the other then.
    threads: OnceLock<Option<ThreadPool>>,
}

/// An epoch while children run is none that is ever met again.
fn mark(epoch: Option<u64>, found: u8) -> u64 {
    epoch.map_or(0, |epoch| epoch << 8 | u64::from(found))
}

fn marked(slot: Option<&AtomicU64>, epoch: Option<u64>) -> Option<u8> {
    let found = slot?.load(Ordering::Relaxed);
    (found != 0 && Some(found >> 8) == epoch).then_some(found as u8)
}

impl Looks {
    /// Nothing was looked at yet.
    pub fn new(store: &Store) -> Looks {
        let none = |count| (0..count).map(|_| AtomicU64::new(0)).collect();
        Looks {
            found: none(store.facts()),
            proofs: none(store.dirs()),
            looked: Count::default(),
            threads: OnceLock::new(),
        }
    }

    fn threads(&self) -> Option<&ThreadPool> {
        self.threads.get_or_init(|| ThreadPoolBuilder::new().build().ok()).as_ref()
    }

    /// Whether every fact holds, as far as it is used. Those that do not are put into `changed`.
    pub fn hold(
        &self,
        store: &Store,
        host: &Host,
        root: &Dir,
        uses: impl Iterator<Item = Use>,
        changed: &mut Vec<u32>,
    ) -> bool {
        let uses: Vec<Use> = uses.collect();
        for group in uses.chunk_by(|a, b| store.dir_of(a.0) == store.dir_of(b.0)) {
            self.look_in(store, host, root, group, changed);
        }
        changed.is_empty()
    }

    /// The same for a trace and all below it.
    pub fn hold_all<'a>(
        &self,
        store: &Store,
        host: &Host,
        root: &Dir,
        groups: impl Iterator<Item = Group<'a>>,
        changed: &mut Vec<u32>,
    ) -> bool {
        let groups: Vec<Group<'a>> = groups.collect();
        let look = |group: &Group<'a>| {
            let epoch = host.quiet_epoch();
            let proved = self.proves(store, host, root, group.dir, epoch);
            let uses: Vec<Use> = match proved {
                true => group.others.clone().collect(),
                false => group.names.clone().chain(group.others.clone()).collect(),
            };
            let mut changed = Vec::new();
            self.look_in(store, host, root, &uses, &mut changed);
            changed
        };
        match (groups.len() >= FEW).then(|| self.threads()).flatten() {
            None => groups.iter().for_each(|group| changed.extend(look(group))),
            Some(pool) => pool.install(|| {
                changed.par_extend(groups.par_iter().with_min_len(16).flat_map_iter(look));
            }),
        }
        changed.is_empty()
    }

    /// Whether a directory is the one it was when its names were looked at, with the same times: it has the same names then.
    fn proves(&self, store: &Store, host: &Host, root: &Dir, dir: u32, epoch: Option<u64>) -> bool {
        let Some(proof) = store.proof(dir) else { return false };
        let slot = self.proofs.get(dir as usize);
        if let Some(proved) = marked(slot, epoch) {
            return proved != 0;
        }
        let now = host.look_unseen(Ask::Stat, root, store.dir(dir));
        let proved = now.is_ok_and(|now| Proof::of(&now) == proof);
        if let Some(slot) = slot {
            slot.store(mark(epoch, u8::from(proved)), Ordering::Relaxed);
        }
        proved
    }

    /// Whether a fact is about the listing of a directory that is the one it was, with the same times.
    fn listing_is_proved(&self, store: &Store, host: &Host, root: &Dir, n: u32) -> bool {
        let Some(proof) = store.listing_proof(n) else { return false };
        let (path, Some(fact)) = (store.path(n), store.fact(n)) else { return false };
        let now = host.look_unseen(Ask::Stat, root, listed(fact.ask, path.as_bstr()));
        now.is_ok_and(|now| Proof::of(&now) == proof)
    }

    /// Looks at facts of one directory, unless it is known what they are now.
    fn look_in(&self, store: &Store, host: &Host, root: &Dir, group: &[Use], changed: &mut Vec<u32>) {
        let Some(dir) = group.first().and_then(|(first, _)| store.dir_of(*first)) else { return };
        let epoch = host.quiet_epoch();
        let mut unknown = Vec::new();
        for (fact, used) in group {
            match marked(self.found.get(*fact as usize), epoch) {
                Some(broken) if broken & used != 0 => changed.push(*fact),
                Some(_) => {}
                None => unknown.push((*fact, *used)),
            }
        }
        let is_of_names =
            |n: u32| !store.name(n).is_empty() && store.fact(n).is_some_and(|f| f.is_of_names());
        if unknown.iter().any(|(fact, _)| is_of_names(*fact)) && self.proves(store, host, root, dir, epoch) {
            unknown.retain(|(fact, _)| !is_of_names(*fact));
        }
        self.looked.add(unknown.len() as u64);
        let place = if unknown.len() >= MANY { host.place(store.dir(dir)).ok() } else { None };
        for (n, used) in unknown {
            let broken = match store.fact(n) {
                Some(_) if self.listing_is_proved(store, host, root, n) => 0,
                Some(fact) => {
                    // What ends in a slash is the directory itself.
                    let name = Some(store.name(n)).filter(|name| !name.is_empty());
                    let name = name.unwrap_or(BStr::new(b"."));
                    let spot = Spot { root, place: place.as_ref(), name, path: &|| store.path(n) };
                    fact.broken(host, &spot)
                }
                None => u8::MAX,
            };
            if let Some(slot) = self.found.get(n as usize) {
                slot.store(mark(epoch, broken), Ordering::Relaxed);
            }
            if broken & used != 0 {
                changed.push(n);
            }
        }
    }
}
