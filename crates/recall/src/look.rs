//! Looking at facts: whether what was answered once would be answered now.
//!
//! What was found is kept while nothing this process did can have changed it: the host's epoch is the same and no
//! child runs.

use std::sync::atomic::{AtomicU64, Ordering};

use bstr::BStr;
use rayon::prelude::*;
use rkbuild_host::eyes::Ask;
use rkbuild_host::{Dir, Host};

use crate::fact::Spot;
use crate::store::{Proof, Store};
use crate::trace::Use;

/// Fewer facts than this are looked at one after the other.
const FEW: usize = 512;

/// What was found about the facts of a store.
pub struct Looks {
    /// For each fact, what of it does not hold, and above that the epoch in which that was found; 0 where nobody looked.
    found: Vec<AtomicU64>,
}

impl Looks {
    /// Nothing was looked at yet.
    pub fn new(store: &Store) -> Looks {
        Looks { found: (0..store.facts()).map(|_| AtomicU64::new(0)).collect() }
    }

    fn known(&self, fact: u32, epoch: Option<u64>) -> Option<u8> {
        let found = self.found.get(fact as usize)?.load(Ordering::Relaxed);
        (found != 0 && Some(found >> 8) == epoch).then_some(found as u8)
    }

    /// Whether every fact holds, as far as it is used. Those that do not are put into `changed` where that is wanted.
    pub fn hold(
        &self,
        store: &Store,
        host: &Host,
        root: &Dir,
        uses: impl Iterator<Item = Use>,
        changed: Option<&mut Vec<u32>>,
    ) -> bool {
        let epoch = host.quiet_epoch();
        let mut unknown = Vec::new();
        let mut uses: Vec<Use> = uses.collect();
        uses.retain(|(fact, used)| match self.known(*fact, epoch) {
            Some(broken) => broken & used != 0,
            None => {
                unknown.push(*fact);
                true
            }
        });
        if uses.len() > unknown.len() && changed.is_none() {
            return false;
        }
        self.look(store, host, root, &unknown);
        // The epoch may have gone on meanwhile; what was found is as new as can be.
        let broken =
            |fact: u32| self.found.get(fact as usize).map_or(u8::MAX, |f| f.load(Ordering::Relaxed) as u8);
        match changed {
            Some(changed) => {
                changed.extend(
                    uses.iter().filter(|(fact, used)| broken(*fact) & used != 0).map(|(fact, _)| *fact),
                );
                changed.is_empty()
            }
            None => uses.iter().all(|(fact, used)| broken(*fact) & used == 0),
        }
    }

    /// Looks at facts, which are in the order of their numbers.
    fn look(&self, store: &Store, host: &Host, root: &Dir, facts: &[u32]) {
        // Directory by directory: facts are sorted so.
        let groups: Vec<&[u32]> = facts.chunk_by(|a, b| store.dir_of(*a) == store.dir_of(*b)).collect();
        let look = |group: &&[u32]| self.look_in(store, host, root, group);
        if facts.len() < FEW {
            groups.iter().for_each(look);
        } else {
            groups.par_iter().with_min_len(16).for_each(look);
        }
    }

    fn look_in(&self, store: &Store, host: &Host, root: &Dir, group: &[u32]) {
        let Some(first) = group.first() else { return };
        let dir = store.dir_of(*first).unwrap_or_default();
        let path = store.dir(dir);
        let proof = store.proof(dir);
        let epoch = host.quiet_epoch().unwrap_or(0);
        let mut place = None;
        if group.len() > 1 {
            place = host.place(path).ok();
        }
        let now = proof.and_then(|_| match &place {
            Some(place) => host.stat_in(place, b".", true).ok(),
            None => host.look_unseen(Ask::Stat, root, path).ok(),
        });
        // The same directory with the same times has the same names.
        let proved = proof.is_some() && now.as_ref().map(Proof::of) == proof;
        for n in group {
            let broken = match store.fact(*n) {
                Some(fact) if proved && fact.is_of_names() => 0,
                Some(fact) => {
                    // What ends in a slash is the directory itself.
                    let name = Some(store.name(*n)).filter(|name| !name.is_empty());
                    let name = name.unwrap_or(BStr::new(b"."));
                    let spot = Spot { root, place: place.as_ref(), name, path: &|| store.path(*n) };
                    fact.broken(host, &spot)
                }
                None => u8::MAX,
            };
            if let Some(slot) = self.found.get(*n as usize) {
                // An epoch of 0, while children run, is none that is ever met again.
                slot.store(epoch << 8 | u64::from(broken), Ordering::Relaxed);
            }
        }
    }
}
