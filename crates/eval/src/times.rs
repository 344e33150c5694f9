//! Times of files that records list. Hundreds of sessions look at the same few thousand headers: what one has found serves the
//! others while nothing runs that could change a file, and nothing in this process has changed one.

use std::sync::{Arc, PoisonError, RwLock};

use rkbuild_base::{BString, FxMap, Name};

use crate::Session;

/// What all sessions of a process found out, by their working directory.
#[derive(Debug, Default)]
pub struct Times(RwLock<FxMap<BString, Arc<TimesHere>>>);

/// When files were last changed, in nanoseconds since 1970; their names are relative to one directory.
#[derive(Debug, Default)]
pub struct TimesHere(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    /// When they were looked at; see `Host::quiet_epoch`.
    epoch: u64,
    times: FxMap<Name, i64>,
}

impl TimesHere {
    /// The time of a file, if it was looked at in this very epoch.
    pub fn get(&self, epoch: u64, name: Name) -> Option<i64> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.epoch == epoch { known.times.get(&name).copied() } else { None }
    }

    /// Keeps the time of a file that was looked at when this epoch had begun.
    pub fn keep(&self, epoch: u64, name: Name, time: i64) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.epoch < epoch {
            known.epoch = epoch;
            known.times.clear();
        }
        if known.epoch == epoch {
            known.times.insert(name, time);
        }
    }
}

impl Session {
    /// Times of files by names as this session understands them. `None` where each look is noted, or where it is not known
    /// which directory this is.
    pub fn shared_times(&self) -> Option<Arc<TimesHere>> {
        if self.eyes().is_some() || self.dir.path().is_empty() {
            return None;
        }
        let all = &self.shared.times.0;
        let path = self.dir.path();
        let known = all.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        Some(known.unwrap_or_else(|| {
            all.write().unwrap_or_else(PoisonError::into_inner).entry(path.to_owned()).or_default().clone()
        }))
    }
}

#[cfg(test)]
mod tests {
    use rkbuild_base::name::Names;

    use super::*;

    #[test]
    fn a_time_serves_in_the_epoch_it_was_found_in() {
        let times = TimesHere::default();
        let names = Names::new();
        let (a, b) = (names.intern(b"a"), names.intern(b"b"));
        times.keep(3, a, 10);
        assert_eq!((times.get(3, a), times.get(3, b), times.get(4, a)), (Some(10), None, None));
        times.keep(4, b, 20);
        assert_eq!((times.get(4, a), times.get(4, b)), (None, Some(20)));
        times.keep(3, a, 30);
        assert_eq!((times.get(3, a), times.get(4, a)), (None, None));
    }
}
