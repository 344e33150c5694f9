//! Two builds, compared: what ran in one and not in the other, and what took longer.

use std::io::Write;
use std::time::Duration;

use rkbuild_base::FxMap;

use crate::last::record::{Made, Record};
use crate::last::report::{command_line, ending, time};

/// A target took longer if it took half as long again, and this much.
const LONGER: Duration = Duration::from_millis(100);

/// How many lines there are of each list.
const MOST: usize = 10;

/// The difference between two builds.
pub struct Difference<'a> {
    /// The earlier one.
    pub before: &'a Record,
    /// The later one.
    pub after: &'a Record,
    /// Ran in the earlier one only.
    pub gone: Vec<&'a Made>,
    /// Ran in the later one only.
    pub new: Vec<&'a Made>,
    /// Ran in both and took longer in the later one, the largest difference first.
    pub slower: Vec<(&'a Made, &'a Made)>,
    /// Ran in both and took longer in the earlier one.
    pub faster: Vec<(&'a Made, &'a Made)>,
}

fn is_longer(short: Duration, long: Duration) -> bool {
    long > short + LONGER && long * 2 > short * 3
}

impl<'a> Difference<'a> {
    /// Between two builds.
    pub fn between(before: &'a Record, after: &'a Record) -> Difference<'a> {
        let key = |made: &'a Made| (made.target.directory.as_str(), made.target.name.as_str());
        let old: FxMap<_, &Made> = before.made.iter().map(|made| (key(made), made)).collect();
        let new: FxMap<_, &Made> = after.made.iter().map(|made| (key(made), made)).collect();
        let both = || after.made.iter().filter_map(|made| Some((*old.get(&key(made))?, made)));
        let longer = |first: &Made, second: &Made| is_longer(first.target.took, second.target.took);
        let change = |(one, other): &(&Made, &Made)| one.target.took.abs_diff(other.target.took);
        let mut slower: Vec<_> = both().filter(|(before, after)| longer(before, after)).collect();
        let mut faster: Vec<_> = both().filter(|(before, after)| longer(after, before)).collect();
        slower.sort_by_key(|pair| std::cmp::Reverse(change(pair)));
        faster.sort_by_key(|pair| std::cmp::Reverse(change(pair)));
        Difference {
            before,
            after,
            gone: before.made.iter().filter(|made| !new.contains_key(&key(made))).collect(),
            new: after.made.iter().filter(|made| !old.contains_key(&key(made))).collect(),
            slower,
            faster,
        }
    }
}

fn build(what: &str, record: &Record, out: &mut Vec<u8>) -> std::io::Result<()> {
    let count = record.made.len() + record.left_out;
    let (line, took, end) = (command_line(record), time(record.took), ending(record));
    writeln!(out, "{what}: {line}: {count} targets in {took}; {end}")
}

fn list(heading: &str, made: &[&Made], out: &mut Vec<u8>) -> std::io::Result<()> {
    if made.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{heading}: {}", made.len())?;
    let mut longest = made.to_vec();
    longest.sort_by_key(|made| std::cmp::Reverse(made.target.took));
    for made in longest.iter().take(MOST) {
        writeln!(out, "  {:>10}  {:<8} {}", time(made.target.took), made.word, made.target.name)?;
    }
    more(made.len(), out)
}

fn pairs(heading: &str, pairs: &[(&Made, &Made)], out: &mut Vec<u8>) -> std::io::Result<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{heading}: {}", pairs.len())?;
    for (before, after) in pairs.iter().take(MOST) {
        let (from, to) = (time(before.target.took), time(after.target.took));
        writeln!(out, "  {from:>10} → {to:<10} {:<8} {}", after.word, after.target.name)?;
    }
    more(pairs.len(), out)
}

fn more(count: usize, out: &mut Vec<u8>) -> std::io::Result<()> {
    match count.saturating_sub(MOST) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more"),
    }
}

fn write(difference: &Difference<'_>, out: &mut Vec<u8>) -> std::io::Result<()> {
    build("before", difference.before, out)?;
    build("last", difference.after, out)?;
    list("ran only before", &difference.gone, out)?;
    list("ran only last", &difference.new, out)?;
    pairs("took longer", &difference.slower, out)?;
    pairs("took less", &difference.faster, out)
}

/// The difference as people read it.
pub fn text(difference: &Difference<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    // Memory takes all that is written.
    let _ = write(difference, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::last::record::tests::record;

    #[test]
    fn what_ran_in_one_only_and_what_took_longer_is_told() {
        let before = record(&[("CC", "a.o", 100_000), ("CC", "b.o", 900_000), ("LD", "old", 5)]);
        let after = record(&[("CC", "a.o", 450_000), ("CC", "b.o", 950_000), ("LD", "new", 5)]);
        let difference = Difference::between(&before, &after);
        let names = |made: &[&Made]| made.iter().map(|made| made.target.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&difference.gone), ["old"]);
        assert_eq!(names(&difference.new), ["new"]);
        assert_eq!(difference.slower.len(), 1);
        assert!(difference.faster.is_empty());
        let text = String::from_utf8(text(&difference)).unwrap();
        assert!(text.contains("took longer: 1\n      100 ms → 450 ms     CC       a.o\n"), "{text}");
    }
}
