//! What is still to be done, from what targets took in the last builds of the tree.
//!
//! Which of the targets that are known will be made is known only when it is their turn. Those that were looked at so far
//! say how many it will be: of a build from the beginning all of them, after a small change few.

use std::time::Duration;

use rkbuild_base::{BString, FxMap};

use crate::explain::paths;
use crate::last::record::Record;

/// How many records are read.
const MOST_RECORDS: usize = 6;

/// What is remembered, and what is left of it.
#[derive(Default)]
pub struct Forecast {
    /// What targets took that were not looked at yet.
    left: FxMap<BString, Duration>,
    left_time: Duration,
    /// Those that were looked at, and those of them that were made.
    settled: usize,
    made: usize,
    /// Targets that were made and of which nothing is remembered.
    unknown: usize,
    settled_time: Duration,
    made_time: Duration,
    known: FxMap<BString, Duration>,
}

impl Forecast {
    /// From the records of a tree, the newest first.
    pub fn from_records(records: impl Iterator<Item = Record>) -> Forecast {
        let mut known: FxMap<BString, Duration> = FxMap::default();
        for record in records.take(MOST_RECORDS) {
            for made in record.made {
                let path = paths::absolute(&record.directory, made.target.name.as_bytes());
                known.entry(path).or_insert(made.target.took);
            }
        }
        let left_time = known.values().sum();
        Forecast { left: known.clone(), left_time, known, ..Forecast::default() }
    }

    /// A target was looked at.
    pub fn settle(&mut self, path: &BString) {
        if let Some(took) = self.left.remove(path) {
            self.left_time = self.left_time.saturating_sub(took);
            self.settled_time += took;
            self.settled += 1;
        }
    }

    /// The first command of a target starts.
    pub fn make(&mut self, path: &BString) {
        self.settle(path);
        match self.known.get(path) {
            Some(took) => {
                self.made += 1;
                self.made_time += *took;
            }
            None => self.unknown += 1,
        }
    }

    /// What a target took the last time.
    pub fn took(&self, path: &BString) -> Option<Duration> {
        self.known.get(path).copied()
    }

    /// How many more targets will be made, and how long that takes one after the other; `None` where too little is
    /// remembered: nothing, or less than half of what was made so far.
    pub fn rest(&self) -> Option<(usize, Duration)> {
        if self.known.is_empty() || self.unknown > self.made {
            return None;
        }
        // One of each is taken for granted, so that the first that is looked at does not speak for all.
        let share = |made: f64, settled: f64| ((made + 1.0) / (settled + 1.0)).min(1.0);
        let count = self.left.len() as f64 * share(self.made as f64, self.settled as f64);
        let time = share(self.made_time.as_secs_f64(), self.settled_time.as_secs_f64());
        Some((count.round() as usize, self.left_time.mul_f64(time)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::last::record::tests::record;

    fn forecast(count: u64) -> Forecast {
        let names: Vec<String> = (0..count).map(|at| format!("{at}.o")).collect();
        let all: Vec<(&str, &str, u64)> = names.iter().map(|name| ("CC", name.as_str(), 1_000_000)).collect();
        Forecast::from_records([record(&all)].into_iter())
    }

    #[test]
    fn a_build_from_the_beginning_makes_all_that_is_left() {
        let mut forecast = forecast(100);
        assert_eq!(forecast.rest(), Some((100, Duration::from_secs(100))));
        for at in 0..40 {
            forecast.make(&format!("/d/{at}.o").into());
        }
        assert_eq!(forecast.rest(), Some((60, Duration::from_secs(60))));
        assert_eq!(forecast.took(&"/d/50.o".into()), Some(Duration::from_secs(1)));
    }

    #[test]
    fn after_a_small_change_little_is_expected() {
        let mut forecast = forecast(100);
        for at in 0..49 {
            forecast.settle(&format!("/d/{at}.o").into());
        }
        let (count, time) = forecast.rest().unwrap();
        assert_eq!((count, time.as_millis()), (1, 1020));
    }

    #[test]
    fn of_what_is_not_remembered_nothing_is_said() {
        assert_eq!(Forecast::default().rest(), None);
        let mut forecast = forecast(10);
        for (name, said) in [("/d/0.o", true), ("/d/x.o", true), ("/d/y.o", false)] {
            forecast.make(&name.into());
            assert_eq!(forecast.rest().is_some(), said, "{name}");
        }
    }
}
