//! The order of times: a session compares times and does nothing else with them, so that one which changed tells it the same as
//! before where its place among all others is the same.
//!
//! This is for files that a session's own steps write each time: it compares their times before that, and they differ from run
//! to run. (busybox removes and writes `.kernelrelease` in each build.)

use bstr::BString;
use rkbuild_host::Host;
use rkbuild_host::eyes::{Answer, Ask, used};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::fact::{Lists, Spot};
use crate::memory::Memory;
use crate::store::{Entry, Store};

/// More files than these no session writes each time.
const MOST: usize = 64;

/// What of a fact does not hold, and the time that is there now.
type Now = FxHashMap<u32, (u8, i64)>;

impl Memory {
    /// Whether a trace holds although these of its facts changed.
    pub(crate) fn keeps_order(&self, store: &Store, entry: &Entry, changed: &[u32]) -> bool {
        let now = self.times_now(store, changed, &written(store, std::iter::once(entry)));
        now.is_some_and(|now| keeps_order(store, entry, &now))
    }

    /// Whether a trace and all below it hold although these of their facts changed, and no others.
    pub(crate) fn keeps_order_below(&self, store: &Store, n: u32, changed: &[u32]) -> bool {
        let Some(now) = self.times_now(store, changed, self.written(store)) else { return false };
        let Some(traces) = store.with_below(n) else { return false };
        traces.iter().all(|trace| keeps_order(store, trace, &now))
    }

    /// The paths that steps of any trace write.
    pub(crate) fn written(&self, store: &Store) -> &FxHashSet<BString> {
        self.all_written.get_or_init(|| {
            let entries: Vec<Entry> = (0..store.traces() as u32).filter_map(|n| store.entry(n)).collect();
            written(store, entries.iter())
        })
    }

    /// The times of files that changed; `None` where one is not `written` each time, as is most often so.
    fn times_now(&self, store: &Store, changed: &[u32], written: &FxHashSet<BString>) -> Option<Now> {
        if changed.len() > MOST || written.is_empty() {
            return None;
        }
        let time = |fact: &u32| {
            let time = written.contains(&store.path(*fact)).then(|| self.time_now(store, *fact))?;
            Some((*fact, time?))
        };
        changed.iter().map(time).collect()
    }

    /// What of a fact does not hold, and the time that is there now; `None` if it is in the future, of which make warns.
    fn time_now(&self, store: &Store, n: u32) -> Option<(u8, i64)> {
        let (fact, path) = (store.fact(n)?, store.path(n));
        let host: &Host = &self.host;
        let (root, name, lists) = (&self.root, store.name(n), &Lists::default());
        let spot = Spot { root, place: None, name, path: &|| path.clone(), lists };
        let broken = fact.broken(host, &spot);
        let now = host.look_unseen(fact.ask, &self.root, &path).ok()?;
        (now.mtime_ns <= host.now_ns()).then_some((broken, now.mtime_ns))
    }
}

/// What steps of traces write.
fn written<'a>(store: &Store, entries: impl Iterator<Item = &'a Entry>) -> FxHashSet<BString> {
    entries.flat_map(|entry| store.writes(entry).unwrap_or_default()).collect()
}

/// Whether a trace would be told the same by comparing times, now that some are others.
fn keeps_order(store: &Store, entry: &Entry, now: &Now) -> bool {
    let mut changes = false;
    let mut times = Vec::new();
    let writes = written(store, std::iter::once(entry));
    for (n, used) in store.uses(entry) {
        let changed = now.get(&n).filter(|(broken, _)| broken & used != 0);
        if let Some((broken, _)) = changed {
            if broken & used != used::TIME || !writes.contains(&store.path(n)) {
                return false;
            }
            changes = true;
        }
        if used & used::TIME == 0 {
            continue;
        }
        let Some(fact) = store.fact(n) else { return false };
        if let (Ask::Stat | Ask::Lstat, Answer::Meta(meta)) = (fact.ask, fact.answer) {
            let time = changed.map_or(meta.mtime_ns, |(_, time)| *time);
            times.push((meta.mtime_ns, time));
        }
    }
    !changes || compare_as_before(times)
}

/// Whether times, each with what it is now, compare with each other now as they did.
fn compare_as_before(mut times: Vec<(i64, i64)>) -> bool {
    times.sort_unstable();
    times.windows(2).all(|pair| match pair {
        [(before, now), (next_before, next_now)] => before.cmp(next_before) == now.cmp(next_now),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_order_when_none_passes_another() {
        assert!(compare_as_before(vec![]));
        assert!(compare_as_before(vec![(5, 9), (3, 3), (4, 4)]));
        assert!(!compare_as_before(vec![(5, 9), (3, 3), (7, 7)]));
        assert!(!compare_as_before(vec![(5, 9), (9, 9)]));
        assert!(!compare_as_before(vec![(5, 9), (5, 5)]));
        assert!(compare_as_before(vec![(5, 9), (5, 9), (6, 10), (2, 2)]));
    }
}
