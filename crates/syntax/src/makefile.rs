//! A makefile's text as logical lines, each understood when it is first reached; shared by all sessions.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rkbuild_base::{BStr, ByteSlice};

use crate::line::{self, Span};
use crate::statement::Stmt;
use crate::{Text, line::first_word};

/// One makefile's text. Immutable: one that changed on disk is another.
#[derive(Debug)]
pub struct Makefile {
    text: Vec<u8>,
    lines: Vec<Span>,
    /// What was found out about each line, where that is kept for the next session that reads the text; else empty.
    known: Vec<Known>,
    /// For each physical line that began with a NUL, the logical line it ends.
    nul_lines: Vec<usize>,
    /// It began with a byte-order mark, which is gone.
    pub had_mark: bool,
}

/// What was found out about a logical line.
#[derive(Debug, Default)]
struct Known {
    stmt: OnceLock<Box<Stmt>>,
    recipe: OnceLock<Arc<Text>>,
    /// The body of the `define` that this line begins and the line after its `endef`.
    body: OnceLock<Option<Box<Body>>>,
}

/// The body of a `define`.
#[derive(Clone, Debug)]
pub struct Body {
    /// The lines between `define` and `endef`, newline-separated.
    pub text: Arc<Text>,
    /// The index of the line after `endef`.
    pub next: usize,
    /// The numbers of the (last) lines that have text after `endef`, its own or that of a `define` within it.
    pub extra: Vec<u32>,
}

/// What a line is: kept in the makefile, or found out for this one reading.
pub enum StmtOf<'a> {
    /// The makefile keeps it.
    Kept(&'a Stmt),
    /// Nobody does.
    Own(Box<Stmt>),
}

impl std::ops::Deref for StmtOf<'_> {
    type Target = Stmt;

    fn deref(&self) -> &Stmt {
        match self {
            StmtOf::Kept(stmt) => stmt,
            StmtOf::Own(stmt) => stmt,
        }
    }
}

impl Makefile {
    /// Takes the bytes of a makefile, or of the argument of `$(eval)`, that is read once: nothing is kept of its lines.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Makefile {
        let bytes = bytes.into();
        let had_mark = bytes.starts_with(line::MARK);
        let line::Clean { text, nul_lines } = line::clean(bytes);
        let lines = line::split(&text, &nul_lines);
        let line_of = |at: usize| lines.partition_point(|line| line.end() < at);
        let nul_lines = nul_lines.into_iter().map(line_of).collect();
        Makefile { text, lines, known: Vec::new(), nul_lines, had_mark }
    }

    /// The same, for several sessions: what one finds out about a line the others need not find out again.
    pub fn shared(bytes: impl Into<Vec<u8>>) -> Makefile {
        let mut makefile = Makefile::new(bytes);
        makefile.known.resize_with(makefile.lines.len(), Known::default);
        makefile
    }

    /// True when `word` stands somewhere in it.
    pub fn mentions(&self, word: &[u8]) -> bool {
        memchr::memmem::find(&self.text, word).is_some()
    }

    /// Those of these logical lines that hold a physical line which began with a NUL; make warns of it.
    pub fn nul_lines(&self, indexes: Range<usize>) -> impl Iterator<Item = usize> {
        let from = self.nul_lines.partition_point(|at| *at < indexes.start);
        self.nul_lines.iter().skip(from).copied().take_while(move |at| *at < indexes.end)
    }

    /// The number of logical lines. Empty ones are not counted.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// True for an empty makefile.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The bytes of a logical line, continuations included.
    pub fn raw(&self, index: usize) -> &BStr {
        let span = self.lines[index];
        self.text[span.start()..span.end()].as_bstr()
    }

    /// The number of a line's first physical line, from 1, counted within this text.
    pub fn number(&self, index: usize) -> u32 {
        self.lines[index].number
    }

    /// The number of the last physical line of a logical one.
    pub fn last_number(&self, index: usize) -> u32 {
        let newlines = memchr::memchr_iter(b'\n', self.raw(index)).count() as u32;
        // One that continues another and has no newline of its own, as the text ends, does not count.
        let open = self.lines[index].end() == self.text.len() && newlines > 0;
        self.number(index) + newlines - u32::from(open)
    }

    /// How many newlines the text has, and whether something follows the last.
    pub fn newlines(&self) -> (u32, bool) {
        let open = self.text.last().is_some_and(|c| *c != b'\n');
        (memchr::memchr_iter(b'\n', &self.text).count() as u32, open)
    }

    /// A line with continuations joined and without comment.
    pub fn joined(&self, index: usize, posix: bool) -> Vec<u8> {
        let mut joined = line::join_continuations(self.raw(index), posix);
        line::strip_comment(&mut joined);
        joined
    }

    /// What the line is, if it is not a recipe's.
    pub fn stmt(&self, index: usize) -> StmtOf<'_> {
        let parse = || Box::new(Stmt::parse(&self.joined(index, false)));
        match self.known.get(index) {
            Some(known) => StmtOf::Kept(known.stmt.get_or_init(parse)),
            None => StmtOf::Own(parse()),
        }
    }

    /// The line as a recipe line: see [`line::recipe_text`].
    pub fn recipe(&self, index: usize) -> Arc<Text> {
        let read = || {
            let raw = self.raw(index);
            let prefix = raw.first().copied().unwrap_or(b'\t');
            Arc::new(Text::new(line::recipe_text(raw.get(1..).unwrap_or_default(), prefix)))
        };
        match self.known.get(index) {
            Some(known) => known.recipe.get_or_init(read).clone(),
            None => read(),
        }
    }

    /// The body of the `define` at `index`; `None` when its `endef` is missing. `prefix` is the recipe prefix
    /// character: lines that begin with it are never `define` or `endef`.
    pub fn define_body(&self, index: usize, prefix: u8) -> Option<Body> {
        match self.known.get(index) {
            Some(known) if prefix == b'\t' => {
                let body = || self.find_body(index, prefix).map(Box::new);
                known.body.get_or_init(body).as_deref().cloned()
            }
            _ => self.find_body(index, prefix),
        }
    }

    fn find_body(&self, index: usize, prefix: u8) -> Option<Body> {
        let mut depth = 1;
        let mut text = Vec::new();
        let mut extra = Vec::new();
        let mut number = self.last_number(index) + 1;
        for i in index + 1..self.len() {
            let raw = self.raw(i);
            // Empty lines are not kept.
            let empty = self.number(i).saturating_sub(number);
            text.resize(text.len() + empty as usize, b'\n');
            number = self.last_number(i) + 1;
            // Continuations are joined, also in what will be a recipe.
            let joined = line::join_continuations(raw, false);
            if raw.first() != Some(&prefix) {
                let (word, rest) = first_word(&joined);
                if word == b"define" {
                    depth += 1;
                } else if word == b"endef" {
                    depth -= 1;
                    if !rest.is_empty() && !rest.starts_with(b"#") {
                        extra.push(number - 1);
                    }
                    if depth == 0 {
                        text.pop();
                        let text = Arc::new(Text::new(text));
                        return Some(Body { text, next: i + 1, extra });
                    }
                }
            }
            text.extend_from_slice(&joined);
            text.push(b'\n');
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lines_stay_in_a_body() {
        let m = Makefile::new(b"\n\ndefine a\n\n\nx \\\ny\n\nz\n\n\nendef\n");
        let body = m.define_body(0, b'\t').expect("ends");
        assert_eq!((&body.text.bytes[..], body.next), (&b"\n\nx y\n\nz\n\n"[..], m.len()));
    }

    #[test]
    fn nested_defines_stay_in_the_body() {
        let m = Makefile::new(b"define a\nx \\\n y # z\ndefine b\nendef\n\tendef\nendef # c\nq\n");
        let body = m.define_body(0, b'\t').expect("ends");
        assert_eq!(body.text.bytes, "x y # z\ndefine b\nendef\n\tendef");
        assert_eq!((body.next, body.extra), (6, Vec::new()));
        assert!(Makefile::new(b"define a\n").define_body(0, b'\t').is_none());
    }
}
