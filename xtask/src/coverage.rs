//! What the language tests must cover: `tests/lang/INDEX` lists it, tests say `# COVERS: entry …`.
//!
//! An entry without a test is a failure, and so is a test that names an entry that is not listed. A message's entry has
//! a regular expression behind it: what GNU make prints in a test that says to cover it must match, so that the claim
//! can't go stale. The functions and options of the index are held against the program's own tables by unit tests of
//! the crates that own them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use regex::bytes::Regex;

use crate::lang::Test;

/// The entries, each with what a test of it must make GNU make print.
#[derive(Debug, Default)]
pub struct Index {
    entries: BTreeMap<String, Option<Regex>>,
}

impl Index {
    /// Reads the index of the tests below `dir`.
    pub fn read(dir: &Path) -> Result<Index> {
        let path = dir.join("INDEX");
        let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
        Index::parse(&text).with_context(|| format!("{}", path.display()))
    }

    /// Reads `entry` and `entry regular-expression` lines; `#` begins a comment.
    pub fn parse(text: &str) -> Result<Index> {
        let mut index = Index::default();
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("# ")) {
            let (name, pattern) = match line.split_once(' ') {
                Some((name, pattern)) => (name, Some(Regex::new(&format!("(?m){pattern}"))?)),
                None => (line, None),
            };
            if index.entries.insert(name.to_string(), pattern).is_some() {
                bail!("{name} is there twice");
            }
        }
        Ok(index)
    }

    /// What is wrong with the set of all tests.
    pub fn gaps(&self, tests: &[Test]) -> Vec<String> {
        let covers = || tests.iter().flat_map(|test| test.covers.iter().map(move |entry| (test, entry)));
        let unknown = covers()
            .filter(|(_, entry)| !self.entries.contains_key(*entry))
            .map(|(test, entry)| format!("{} covers {entry}, which is not in the index", test.name));
        let missing = self
            .entries
            .keys()
            .filter(|entry| !covers().any(|(_, covered)| covered == *entry))
            .map(|entry| format!("no test covers {entry}"));
        unknown.chain(missing).collect()
    }

    /// Which messages a test says to cover that are not in what GNU make printed.
    pub fn not_shown(&self, test: &Test, printed: &[u8]) -> Vec<String> {
        let pattern = |entry: &String| self.entries.get(entry).and_then(Option::as_ref);
        let lacking = test.covers.iter().filter(|e| pattern(e).is_some_and(|p| !p.is_match(printed)));
        lacking.map(|entry| format!("it says to cover {entry}, but GNU make prints no such thing")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{find, parse};

    #[test]
    fn every_entry_of_the_index_has_a_test() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/lang");
        let gaps = Index::read(&dir).unwrap().gaps(&find(&dir, "").unwrap());
        assert!(gaps.is_empty(), "{}", gaps.join("\n"));
    }

    #[test]
    fn entries_without_tests_and_tests_without_entries_are_gaps() {
        let index = Index::parse("# words\n\nfunction/dir\nmessage/x an? x\n").unwrap();
        let test = parse("t", b"# COVERS: function/dir function/other\n").unwrap().remove(1);
        let gaps = index.gaps(std::slice::from_ref(&test));
        assert_eq!(gaps, ["t covers function/other, which is not in the index", "no test covers message/x"]);
        let test = parse("t", b"# COVERS: message/x\n").unwrap().remove(1);
        assert!(index.not_shown(&test, b"so\nthis is a x\n").is_empty());
        assert_eq!(index.not_shown(&test, b"y\n").len(), 1);
        assert!(Index::parse("a\na\n").is_err() && Index::parse("a (\n").is_err());
    }
}
