//! What is remembered of a build that ran a command.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::tally::{Outcome, Target};

/// The version of what is written.
pub const FORMAT: u32 = 2;

/// The version of the JSON that is told.
pub const VERSION: u32 = 1;

/// A build.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// When it began, in seconds since 1970.
    pub began: i64,
    /// How long it took.
    pub took: Duration,
    /// Its exit status.
    pub status: i32,
    /// The directory it was started in.
    pub directory: Vec<u8>,
    /// Its arguments, the program's own name first.
    pub arguments: Vec<Vec<u8>>,
    /// How many makes were evaluated.
    pub evaluated: usize,
    /// How many makes were given from recall.
    pub given: usize,
    /// The goals of the first of them.
    pub given_names: Vec<String>,
    /// How many commands were given from recall.
    pub given_commands: u64,
    /// Targets whose recipes ran, in the order they began.
    pub made: Vec<Made>,
    /// How many more there were.
    pub left_out: usize,
    /// Commands that failed, in the order they ended.
    pub failures: Vec<Failure>,
    /// How many more there were.
    pub more_failures: usize,
    /// The chain of work, each piece needed by the next, that took longest.
    pub critical: Vec<Piece>,
}

/// A target whose recipe ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Made {
    /// When, how long, and what became of it.
    pub target: Target,
    /// What kind of command: kbuild's word, or the program.
    pub word: String,
    /// It is phony, or a file of its name was there when its recipe had ended well.
    pub written: bool,
}

/// A command that failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The target, from the build's directory.
    pub name: String,
    /// `file:line` of the command, as its make calls it.
    pub place: String,
    /// The directory of its make.
    pub directory: Vec<u8>,
    /// What became of it.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
    /// A line for a shell that runs it again, if that is not too long.
    pub again: Option<Vec<u8>>,
    /// The first error it printed, where somebody kept what it printed.
    pub error: Option<Vec<u8>>,
}

/// A piece of the critical path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// The target, or the make that read its makefiles.
    pub name: String,
    /// A make read its makefiles.
    pub reading: bool,
    /// How long it took.
    pub took: Duration,
}

impl Record {
    /// How many targets of each kind were made, the most frequent first.
    pub fn kinds(&self) -> Vec<(&str, usize)> {
        let mut kinds: Vec<(&str, usize)> = Vec::new();
        for made in &self.made {
            match kinds.iter_mut().find(|(word, _)| *word == made.word) {
                Some((_, count)) => *count += 1,
                None => kinds.push((&made.word, 1)),
            }
        }
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        kinds
    }

    /// Leaves out all but the `most` targets that took longest.
    pub fn shorten(&mut self, most: usize) {
        let mut longest: Vec<(Duration, usize)> =
            self.made.iter().enumerate().map(|(at, made)| (made.target.took, at)).collect();
        longest.sort_unstable_by(|one, other| other.cmp(one));
        let mut kept = vec![false; self.made.len()];
        for (_, at) in longest.into_iter().take(most) {
            kept.get_mut(at).into_iter().for_each(|kept| *kept = true);
        }
        let before = self.made.len();
        let mut kept = kept.into_iter();
        self.made.retain(|_| kept.next().unwrap_or(false));
        self.left_out += before - self.made.len();
    }

    /// The targets that were not there when their recipes had ended well.
    pub fn unwritten(&self) -> impl Iterator<Item = &Made> {
        self.made.iter().filter(|made| !made.written)
    }

    /// The targets that took longest, the longest first.
    pub fn slowest(&self) -> Vec<&Made> {
        let mut slowest: Vec<&Made> = self.made.iter().collect();
        slowest.sort_by_key(|made| std::cmp::Reverse(made.target.took));
        slowest
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A build that made targets: the word, the name, how many microseconds each took.
    pub fn record(made: &[(&str, &str, u64)]) -> Record {
        let made = made.iter().map(|(word, name, took)| Made {
            word: (*word).into(),
            written: true,
            target: Target {
                name: (*name).into(),
                directory: "/d".into(),
                place: "Makefile:1".into(),
                begin: Duration::ZERO,
                end: Duration::from_micros(*took),
                took: Duration::from_micros(*took),
                commands: 1,
                outcome: Outcome::Done,
                critical: false,
                parts: Vec::new(),
            },
        });
        Record {
            began: 0,
            took: Duration::from_secs(1),
            status: 0,
            directory: b"/d".to_vec(),
            arguments: vec![b"rkbuild".to_vec()],
            evaluated: 1,
            given: 0,
            given_names: Vec::new(),
            given_commands: 0,
            made: made.collect(),
            left_out: 0,
            failures: Vec::new(),
            more_failures: 0,
            critical: Vec::new(),
        }
    }

    #[test]
    fn kinds_are_counted_and_the_most_frequent_comes_first() {
        let record = record(&[("LD", "x", 1), ("CC", "a", 2), ("CC", "b", 3)]);
        assert_eq!(record.kinds(), [("CC", 2), ("LD", 1)]);
        assert_eq!(record.slowest()[0].target.name, "b");
    }
}
