//! Looking at facts: whether what was answered once would be answered now.
//!
//! What was found is kept as long as the host counts no change: until something ended, or began, or was changed by this
//! process. A child that runs all that time may change a file meanwhile; but who looks then does not wait for it, and could as
//! well have looked earlier.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bstr::{BStr, ByteSlice};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use rkbuild_host::eyes::{Ask, used};
use rkbuild_host::{Count, Dir, Host};

use crate::fact::{Fact, Lists, Spot, listed};
use crate::store::{Group, Proof, Store};
use crate::trace::Use;

/// Fewer directories than this are looked at one after the other.
const FEW: usize = 64;
/// Opening a directory pays where so many names are looked at in it.
const MANY: usize = 6;

/// Where to look, and for what.
#[derive(Clone, Copy)]
pub struct Looking<'a> {
    /// The store that has the facts.
    pub store: &'a Store,
    /// The machine.
    pub host: &'a Host,
    /// The root of its file system.
    pub root: &'a Dir,
    /// Says of a fact that it can't be made good when it does not hold: then nothing more is looked at.
    pub matters: &'a (dyn Fn(u32) -> bool + Sync),
}

/// What was found about the facts of a store.
pub struct Looks {
    /// For each fact, what of it does not hold, and above that the epoch in which that was found; 0 where nobody looked.
    found: Vec<AtomicU64>,
    /// For each directory, whether its attributes prove its names (1) or not (0), with the epoch as above.
    proofs: Vec<AtomicU64>,
    /// Some fact did not hold.
    broken: AtomicBool,
    /// How many facts were looked at, those that their directories prove left out.
    pub looked: Count,
    /// What lists of options say now.
    lists: Lists,
    /// Threads to look with, once there is much; `None` where none are to be had: all is looked at one after the other then.
    threads: OnceLock<Option<ThreadPool>>,
}

fn mark(epoch: u64, found: u8) -> u64 {
    epoch << 8 | u64::from(found)
}

fn marked(slot: Option<&AtomicU64>, epoch: u64) -> Option<u8> {
    let found = slot?.load(Ordering::Relaxed);
    (found != 0 && found >> 8 == epoch).then_some(found as u8)
}

impl Looks {
    /// Nothing was looked at yet.
    pub fn new(store: &Store) -> Looks {
        let none = |count| (0..count).map(|_| AtomicU64::new(0)).collect();
        Looks {
            found: none(store.facts()),
            proofs: none(store.dirs()),
            broken: AtomicBool::new(false),
            looked: Count::default(),
            lists: Lists::default(),
            threads: OnceLock::new(),
        }
    }

    fn threads(&self) -> Option<&ThreadPool> {
        self.threads.get_or_init(|| ThreadPoolBuilder::new().build().ok()).as_ref()
    }

    /// Whether every fact holds, as far as it is used. Those that do not are put into `changed`, as far as they were looked at.
    pub fn hold(&self, at: Looking<'_>, uses: impl Iterator<Item = Use>, changed: &mut Vec<u32>) -> bool {
        let uses: Vec<Use> = uses.collect();
        for group in uses.chunk_by(|a, b| at.store.dir_of(a.0) == at.store.dir_of(b.0)) {
            self.look_in(at, group, changed);
            if changed.iter().any(|fact| (at.matters)(*fact)) {
                return false;
            }
        }
        changed.is_empty()
    }

    /// The same for a trace and all below it.
    pub fn hold_all<'a>(
        &self,
        at: Looking<'_>,
        groups: impl Iterator<Item = Group<'a>>,
        changed: &mut Vec<u32>,
    ) -> bool {
        let groups: Vec<Group<'a>> = groups.collect();
        let all = groups.iter().flat_map(|group| group.names.clone().chain(group.others.clone()));
        if self.is_broken_still(at, all, changed) {
            return false;
        }
        let enough = AtomicBool::new(false);
        let look = |group: &Group<'a>| {
            let mut changed = Vec::new();
            if enough.load(Ordering::Relaxed) {
                return changed;
            }
            let proved = self.proves(at, group.dir, at.host.change_count());
            let uses: Vec<Use> = match proved {
                true => group.others.clone().collect(),
                false => group.names.clone().chain(group.others.clone()).collect(),
            };
            self.look_in(at, &uses, &mut changed);
            if changed.iter().any(|fact| (at.matters)(*fact)) {
                enough.store(true, Ordering::Relaxed);
            }
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

    /// Whether a fact that was found not to hold, in whatever epoch, is among these and still does not: most often that
    /// settles it.
    pub fn is_broken_still(
        &self,
        at: Looking<'_>,
        uses: impl Iterator<Item = Use>,
        changed: &mut Vec<u32>,
    ) -> bool {
        let was_broken = |(fact, used): &Use| {
            let slot = self.found.get(*fact as usize);
            slot.is_some_and(|slot| slot.load(Ordering::Relaxed) as u8 & used != 0)
        };
        if !self.broken.load(Ordering::Relaxed) {
            return false;
        }
        for fact in uses.filter(was_broken) {
            let mut broken = Vec::new();
            self.look_in(at, &[fact], &mut broken);
            if broken.iter().any(|fact| (at.matters)(*fact)) {
                changed.extend(broken);
                return true;
            }
        }
        false
    }

    /// Whether a fact that was looked at is about a file that was written again, be it with the same contents.
    pub fn is_another(&self, fact: u32) -> bool {
        let slot = self.found.get(fact as usize);
        slot.is_some_and(|slot| slot.load(Ordering::Relaxed) as u8 & used::SAME != 0)
    }

    /// A fact about a file that was written again with the same contents, as whoever looks next sees it.
    pub fn renewed(&self, at: Looking<'_>, n: u32) -> Option<Fact> {
        let fact = at.store.fact(n)?;
        if fact.ask != Ask::Options && !self.is_another(n) {
            return None;
        }
        let name = at.store.name(n);
        let spot = Spot { root: at.root, place: None, name, path: &|| at.store.path(n), lists: &self.lists };
        fact.renewed(at.host, &spot)
    }

    /// Whether a directory is the one it was when its names were looked at, with the same times: it has the same names then.
    fn proves(&self, at: Looking<'_>, dir: u32, epoch: u64) -> bool {
        let Some(proof) = at.store.proof(dir) else { return false };
        let slot = self.proofs.get(dir as usize);
        if let Some(proved) = marked(slot, epoch) {
            return proved != 0;
        }
        let now = at.host.look_unseen(Ask::Stat, at.root, at.store.dir(dir));
        let proved = now.is_ok_and(|now| Proof::of(&now) == proof);
        if let Some(slot) = slot {
            slot.store(mark(epoch, u8::from(proved)), Ordering::Relaxed);
        }
        proved
    }

    /// Whether a fact is about the listing of a directory that is the one it was, with the same times.
    fn listing_is_proved(at: Looking<'_>, n: u32) -> bool {
        let store = at.store;
        let Some(proof) = store.listing_proof(n) else { return false };
        let (path, Some(fact)) = (store.path(n), store.fact(n)) else { return false };
        let now = at.host.look_unseen(Ask::Stat, at.root, listed(fact.ask, path.as_bstr()));
        now.is_ok_and(|now| Proof::of(&now) == proof)
    }

    /// Looks at facts of one directory, unless it is known what they are now.
    fn look_in(&self, at: Looking<'_>, group: &[Use], changed: &mut Vec<u32>) {
        let Looking { store, host, root, .. } = at;
        let Some(dir) = group.first().and_then(|(first, _)| store.dir_of(*first)) else { return };
        let epoch = host.change_count();
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
        if unknown.iter().any(|(fact, _)| is_of_names(*fact)) && self.proves(at, dir, epoch) {
            unknown.retain(|(fact, _)| !is_of_names(*fact));
        }
        self.looked.add(unknown.len() as u64);
        let place = if unknown.len() >= MANY { host.place(store.dir(dir)).ok() } else { None };
        for (n, used) in unknown {
            let mut keep = true;
            let broken = match store.fact(n) {
                Some(_) if Looks::listing_is_proved(at, n) => 0,
                Some(fact) => {
                    // What ends in a slash is the directory itself.
                    let name = Some(store.name(n)).filter(|name| !name.is_empty());
                    let name = name.unwrap_or(BStr::new(b"."));
                    let spot = Spot {
                        root,
                        place: place.as_ref(),
                        name,
                        path: &|| store.path(n),
                        lists: &self.lists,
                    };
                    let broken = fact.broken(host, &spot);
                    // Given commands renew the times of directories, which is no change.
                    keep = !fact.is_of_directory();
                    broken
                }
                None => u8::MAX,
            };
            if let Some(slot) = self.found.get(n as usize) {
                slot.store(mark(if keep { epoch } else { 0 }, broken), Ordering::Relaxed);
            }
            if broken != 0 {
                self.broken.store(true, Ordering::Relaxed);
            }
            if broken & used != 0 {
                changed.push(n);
            }
        }
    }
}
