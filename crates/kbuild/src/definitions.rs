//! The definitions that kbuild's makefiles are built around, `if_changed` and its like, as far as they are known: by their trees, as
//! the projects that have them wrote them.
//!
//! A tree is a number (see `rkbuild_eval::definition`). `--stats` tells that of a definition which is not known, to be
//! entered here after a look at what is different about it.

use rkbuild_eval::definition::Family;

/// Definitions of kbuild and of what has it from there.
pub struct Definitions;

/// `scripts/Kbuild.include` of kernels and projects like it, and `tools/build/Build.include`.
const NAMES: [&str; 24] = [
    "any-prereq",
    "arg-check",
    "basetarget",
    "check-FORCE",
    "cmd",
    "cmd-check",
    "cmd_and_fixdep",
    "cmd_and_savecmd",
    "delete-on-interrupt",
    "dep-cmd",
    "depfile",
    "dot-target",
    "echo-cmd",
    "echo-why",
    "escsq",
    "filechk",
    "if-changed-cond",
    "if_changed",
    "if_changed_dep",
    "if_changed_rule",
    "make-cmd",
    "newer-prereqs",
    "real-prereqs",
    "why",
];

/// Settings and lists that definitions speak of, which say nothing about how they work.
const SETTINGS: [&str; 8] = ["CPP", "PHONY", "Q", "fixdep", "kecho", "objtree", "quiet", "targets"];

/// All that are known: a name, a tree, and where it is from, a line each.
const KNOWN: &str = include_str!("definitions.tsv");

/// Those names and trees.
fn known() -> impl Iterator<Item = (&'static str, u64)> {
    KNOWN.lines().filter_map(|line| {
        let mut fields = line.split('\t');
        Some((fields.next()?, u64::from_str_radix(fields.next()?, 16).ok()?))
    })
}

impl Family for Definitions {
    fn names(&self) -> &[&'static str] {
        &NAMES
    }

    fn heads(&self) -> &[&'static str] {
        &["if_changed", "if_changed_dep"]
    }

    fn stands_for_itself(&self, name: &[u8]) -> bool {
        SETTINGS.iter().any(|setting| setting.as_bytes() == name)
    }

    fn knows(&self, name: &[u8], tree: u64) -> bool {
        known().any(|known| (known.0.as_bytes(), known.1) == (name, tree))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_counts_once_and_each_name_has_one() {
        let mut all: Vec<_> = known().collect();
        assert_eq!(all.len(), KNOWN.lines().filter(|line| !line.starts_with('#')).count());
        assert!(all.iter().all(|(name, _)| NAMES.contains(name)));
        all.dedup();
        assert!(all.is_sorted() && all.len() > 100);
        assert!(NAMES.iter().all(|name| all.iter().any(|(known, _)| known == name)));
    }

    #[test]
    fn a_definition_is_known_by_its_name_and_tree() {
        let (name, tree) = known().next().expect("there are some");
        assert!(Definitions.knows(name.as_bytes(), tree));
        assert!(!Definitions.knows(name.as_bytes(), tree + 1) && !Definitions.knows(b"cmd", tree));
    }
}
