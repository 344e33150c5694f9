//! What checks find in one makefile.

use std::ops::Range;

use rkbuild_base::ByteSlice;

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

    /// Adds a finding about a whole line, counted from 1.
    pub fn add_line(&mut self, code: &'static str, line: u32, message: String, mend: impl Into<String>) {
        let text = self.source.text.as_slice();
        let Some(found) = line.checked_sub(1).and_then(|before| text.lines().nth(before as usize)) else {
            return;
        };
        let words = found.trim();
        let start = words.as_ptr().addr() - text.as_ptr().addr();
        self.found.push(Finding {
            code,
            message,
            mend: mend.into(),
            line,
            range: start..start + words.len(),
        });
    }
}
