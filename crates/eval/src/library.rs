//! Records as an earlier run read them: what is kept of a file, and the trait by which it is asked for.
//!
//! A record is kept as what stands around its list, and the numbers of the list's lines. Who keeps it (the crate recall) knows
//! texts and numbers only.

use rkbuild_base::BString;
use rkbuild_host::Meta;
use rkbuild_host::eyes;
use rkbuild_syntax::{Around, LineId, Record};

use crate::session::Shared;

/// A record that is known without reading its file.
#[derive(Debug)]
pub struct KnownRecord {
    /// Of the whole text.
    pub hash: u128,
    /// What stands before the lines of the list, and what follows them and the empty line at their end.
    pub around: Vec<u8>,
    /// Where the latter begins.
    pub tail: usize,
    /// The lines, by their numbers in this process.
    pub lines: Vec<LineId>,
}

/// A record that was read.
#[derive(Debug)]
pub struct ReadRecord<'a> {
    /// Of its file, absolute.
    pub path: &'a [u8],
    /// What the file was when it was read. It can't have changed since without that changing.
    pub meta: &'a Meta,
    /// Of the whole text.
    pub hash: u128,
    /// Its parts.
    pub around: Around<'a>,
}

/// Numbers of lines in this process.
pub trait Numbered {
    /// The number of a line; `None` where it is none.
    fn number(&self, text: &[u8]) -> Option<LineId>;

    /// The text of a line.
    fn text(&self, line: LineId) -> &'static [u8];
}

/// What remembers records from one run to the next.
pub trait Library: Send + Sync {
    /// The record in a file, if the file is what it was when the record was read. `meta` is asked only if one is known.
    fn find(
        &self,
        path: &[u8],
        meta: &mut dyn FnMut() -> Option<Meta>,
        lines: &dyn Numbered,
    ) -> Option<(KnownRecord, Meta)>;

    /// Takes a record.
    fn keep(&self, read: &ReadRecord<'_>, lines: &dyn Numbered);
}

/// A file that may be a record, and may be kept.
#[derive(Debug)]
pub struct RecordFile {
    /// Absolute.
    pub path: BString,
    /// What it was when it was opened.
    pub meta: Meta,
    /// Of its contents, where that is known.
    pub hash: Option<u128>,
}

impl Numbered for Shared {
    fn number(&self, text: &[u8]) -> Option<LineId> {
        self.lists.find(text, &self.lang.names)
    }

    fn text(&self, line: LineId) -> &'static [u8] {
        self.lists.line(line).text()
    }
}

impl KnownRecord {
    /// The parts of the text.
    pub fn around(&self) -> Around<'_> {
        let (head, tail) = self.around.split_at_checked(self.tail).unwrap_or_default();
        Around { head, lines: &self.lines, tail }
    }

    /// The whole text, from those of its lines.
    pub fn text(&self, of_line: impl Fn(LineId) -> &'static [u8]) -> Vec<u8> {
        let Around { head, lines, tail } = self.around();
        let mut text = head.to_vec();
        lines.iter().for_each(|id| text.extend_from_slice(of_line(*id)));
        text.push(b'\n');
        text.extend_from_slice(tail);
        text
    }
}

impl RecordFile {
    /// Has the record that is the text of this file kept, if it has a list.
    pub fn keep(&self, record: &Record<'_>, text: &[u8], library: &dyn Library, lines: &dyn Numbered) {
        let Some(around) = record.around(text) else { return };
        let hash = self.hash.unwrap_or_else(|| eyes::hash(text));
        library.keep(&ReadRecord { path: &self.path, meta: &self.meta, hash, around }, lines);
    }
}
