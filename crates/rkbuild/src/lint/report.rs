//! What checks find in one makefile.

use std::ops::Range;

use rkbuild_base::BStr;

use crate::lint::source::Source;

/// Something that is wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// The kind, for programs and for who wants to look it up.
    pub code: &'static str,
    /// What is so.
    pub message: String,
    /// What mends it.
    pub mend: String,
    /// The line, from 1.
    pub line: u32,
    /// The words, as bytes of the file.
    pub range: Range<usize>,
}

/// Where checks put what they find in one makefile.
pub struct Report<'a> {
    /// The makefile.
    pub source: &'a Source,
    /// What was found.
    pub found: Vec<Finding>,
}

impl<'a> Report<'a> {
    /// Nothing was found yet.
    pub fn new(source: &'a Source) -> Report<'a> {
        Report { source, found: Vec::new() }
    }

    /// Adds a finding about the first `word` from the logical line `at` on.
    pub fn add(
        &mut self,
        code: &'static str,
        at: usize,
        word: &[u8],
        message: String,
        mend: impl Into<String>,
    ) {
        let (line, range) = self.source.place(at, word);
        self.found.push(Finding { code, message, mend: mend.into(), line, range });
    }
}

/// How far two words are apart: characters put in, left out, changed, or two swapped.
pub fn distance(a: &BStr, b: &BStr) -> usize {
    let mut rows: [Vec<usize>; 3] = [Vec::new(), Vec::new(), (0..=b.len()).collect()];
    for (i, ca) in a.iter().enumerate() {
        rows.rotate_left(1);
        let mut row = vec![i + 1];
        for (j, cb) in b.iter().enumerate() {
            let mut best = (rows[1][j] + usize::from(ca != cb)).min(rows[1][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *ca == b[j - 1] && a[i - 1] == *cb {
                best = best.min(rows[0][j - 1] + 1);
            }
            row.push(best);
        }
        rows[2] = row;
    }
    rows[2][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_the_four_slips() {
        for (a, b, d) in [
            ("modules", "modlues", 1),
            ("abc", "abc", 0),
            ("abc", "ab", 1),
            ("abc", "xbcd", 2),
            ("", "ab", 2),
        ] {
            assert_eq!(distance(BStr::new(a), BStr::new(b)), d, "{a} {b}");
        }
    }
}
