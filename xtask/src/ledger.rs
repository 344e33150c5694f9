//! The ledger of differences, `docs/differences.md`, and the other documents that name tests.
//!
//! A row of the ledger's tables names in its last column the tests below `tests/differences` that show it: annotated makefiles as
//! the language tests are, on which rkbuild must differ from GNU make as they say. A row without a test, a test without a row and a
//! document that names a test that is not there are failures.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use regex::Regex;

use crate::lang::{self, Test};
use crate::places::Places;

const DIRECTORY: &str = "tests/differences";
const LEDGER: &str = "docs/differences.md";

/// What stands in front of the names of these tests.
const PREFIX: &str = "differences/";

/// Names files of the crates, `eval/rule.rs` for `crates/eval/src/rule.rs`.
const GLOSSARY: &str = "docs/glossary.md";

/// Documents whose items name the language tests that show them.
const DOCUMENTS: [&str; 1] = ["docs/undocumented.md"];

/// The tests of known differences.
pub fn tests(places: &Places) -> Result<Vec<Test>> {
    let mut tests = lang::find(&places.repo.join(DIRECTORY), "")?;
    for test in &mut tests {
        test.name.insert_str(0, PREFIX);
    }
    Ok(tests)
}

/// What is wrong with the documents and the set of all tests.
pub fn gaps(places: &Places, tests: &[Test]) -> Result<Vec<String>> {
    let names: BTreeSet<&str> = tests.iter().map(|test| test.name.trim_end_matches("@4.3")).collect();
    let mut gaps: Vec<String> = tests
        .iter()
        .filter(|test| test.name.starts_with(PREFIX) != test.is_known_difference())
        .map(|test| {
            format!("{}: known differences, and nothing else, say DIFFERS and are in {DIRECTORY}", test.name)
        })
        .collect();
    gaps.extend(ledger_gaps(&read(places, LEDGER)?, &names));
    for document in DOCUMENTS {
        gaps.extend(
            document_gaps(&read(places, document)?, &names)
                .into_iter()
                .map(|gap| format!("{document}: {gap}")),
        );
    }
    let glossary = read(places, GLOSSARY)?;
    let files = named(&glossary).filter(|name| name.ends_with(".rs") && !name.starts_with("crates/"));
    let missing = files.filter(|name| {
        let (krate, file) = name.split_once('/').unwrap_or((name, ""));
        !places.repo.join("crates").join(krate).join("src").join(file).is_file()
    });
    gaps.extend(missing.map(|name| format!("{GLOSSARY}: there is no {name}")));
    Ok(gaps)
}

fn read(places: &Places, name: &str) -> Result<String> {
    let path: &Path = &places.repo.join(name);
    fs::read_to_string(path).with_context(|| format!("{}", path.display()))
}

/// The names between backquotes that have a slash.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter(|name| name.contains('/'))
}

/// Rows that name no test, or one that is not there, and tests no row names.
fn ledger_gaps(text: &str, names: &BTreeSet<&str>) -> Vec<String> {
    let mut gaps = Vec::new();
    let mut shown = BTreeSet::new();
    for row in text.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let Some(last) = cells.last().filter(|last| cells[0] != "what" && !last.starts_with("---")) else {
            continue;
        };
        let tests: Vec<&str> = named(last).filter(|name| name.starts_with(PREFIX)).collect();
        if tests.is_empty() {
            gaps.push(format!("{LEDGER}: no test shows the row: {}", cells[0]));
        }
        for test in tests {
            if !names.contains(test) {
                gaps.push(format!("{LEDGER}: there is no test {test}"));
            }
            shown.insert(test);
        }
    }
    let unnamed = names.iter().filter(|name| name.starts_with(PREFIX) && !shown.contains(*name));
    gaps.extend(unnamed.map(|name| format!("{LEDGER}: no row names {name}")));
    gaps
}

/// Items that end without the names of tests in brackets, or name one that is not there.
fn document_gaps(text: &str, names: &BTreeSet<&str>) -> Vec<String> {
    let mut gaps = Vec::new();
    let Ok(at_the_end) = Regex::new(r"\[((?:`[^`]+`,?\s*)+)\]\s*$") else { return gaps };
    for item in text.split("\n- ").skip(1) {
        let item = item.split("\n\n").next().unwrap_or(item);
        let first = item.lines().next().unwrap_or(item);
        match at_the_end.captures(item) {
            None => gaps.push(format!("no test is named for: {first}")),
            Some(found) => {
                let missing = named(&found[1]).filter(|name| !names.contains(name));
                gaps.extend(missing.map(|name| format!("there is no test {name}")));
            }
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_a_test_and_a_test_has_a_row() {
        let ledger = "x\n\n| what | why | shown by |\n|---|---|---|\n| a | b | `differences/a` |\n| c `a | b` | d |\n| e | f | `differences/e` |\n";
        let names = BTreeSet::from(["differences/a", "differences/z", "rules/x"]);
        let gaps = ledger_gaps(ledger, &names);
        assert_eq!(gaps.len(), 3, "{gaps:?}");
        assert!(gaps[0].ends_with("no test shows the row: c `a"), "{gaps:?}");
        assert!(gaps[1].ends_with("there is no test differences/e"), "{gaps:?}");
        assert!(gaps[2].ends_with("no row names differences/z"), "{gaps:?}");
    }

    #[test]
    fn an_item_names_the_tests_that_show_it() {
        let text =
            "# x\n\n- one [`rules/x`]\n- two\n  lines [`rules/x`,\n  `rules/y`]\n- `a/b` without\n\nText.\n";
        let gaps = document_gaps(text, &BTreeSet::from(["rules/x"]));
        assert_eq!(gaps, ["there is no test rules/y", "no test is named for: `a/b` without"]);
    }
}
