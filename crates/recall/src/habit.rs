//! Habits: what is known of commands that run each time, so that there is no use in running them under watch again.
//!
//! Watching costs time, and gives nothing where a command is to be asked again, or does more than looking. The former is known in
//! one process, for the same environment. Of the latter those are known that took long, such as a recipe that calls another build
//! system, and from one build to the next: what is quick may have had something to do for once. One of them that is much quicker
//! than it was may have had nothing to do, and is watched the next time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rkbuild_host::Env;
use rustc_hash::FxHashMap;

use crate::key::Hasher;

/// What takes less is watched in each build. What is quick does not take this long on a busy machine either.
const LONG: Duration = Duration::from_millis(300);
/// What takes so many times less than before is another kind of run.
const QUICKER: u32 = 4;

/// What is known of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit {
    /// It changes nothing and talks to nobody, and is asked again.
    Repeatable,
    /// It does more than looking; how long it took under watch.
    Effective(Duration),
}

impl Habit {
    /// That of a command that does more than looking, where it took long.
    pub fn of_effective(took: Duration) -> Option<Habit> {
        (took >= LONG).then_some(Habit::Effective(took))
    }
}

/// Whether a command is so much quicker than it was that it may have had nothing to do.
pub(crate) fn is_quicker(now: Duration, before: Duration) -> bool {
    now < before / QUICKER
}

/// The habits of one process.
#[derive(Debug, Default)]
pub(crate) struct Habits {
    known: Mutex<FxHashMap<u128, Habit>>,
}

impl Habits {
    pub fn get(&self, key: u128) -> Option<Habit> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied()
    }

    pub fn set(&self, key: u128, habit: Habit) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, habit);
    }

    pub fn forget(&self, key: u128) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }
}

/// What the habit of a command is found by that does more than looking; what is known of it should it be pure has its first key.
pub(crate) fn key_of_effective(first: u128) -> u128 {
    let mut hasher = Hasher::new();
    hasher.text(b"effective");
    hasher.number(first as u64);
    hasher.number((first >> 64) as u64);
    hasher.finish()
}

/// What the habit of a command is found by that is asked again.
pub(crate) fn key_of_repeatable(first: u128, env: &Env) -> u128 {
    let mut hasher = Hasher::new();
    hasher.number(first as u64);
    hasher.number((first >> 64) as u64);
    hasher.env(env);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quick_has_no_habit_and_what_became_quick_loses_it() {
        let ms = Duration::from_millis;
        assert_eq!(Habit::of_effective(ms(299)), None);
        assert_eq!(Habit::of_effective(ms(300)), Some(Habit::Effective(ms(300))));
        assert!(is_quicker(ms(99), ms(400)) && !is_quicker(ms(100), ms(400)));
    }
}
