//! The place in a script's text: taking bytes, blanks and names, and how deep commands are nested.

use std::sync::Arc;

use bstr::{BString, ByteSlice};

use crate::decline::Decline;
use crate::script::{Node, Script};

/// How deep commands and expansions may be nested before a script is declined.
const MAX_DEPTH: u32 = 60;

pub(crate) type Parsed<T> = Result<T, Decline>;

pub(crate) struct Parser<'a> {
    pub(crate) src: &'a [u8],
    pub(crate) pos: usize,
    pub(crate) line: u32,
    pub(crate) depth: u32,
    /// The loops around the place being parsed, within the same shell process.
    pub(crate) loops: u32,
    pub(crate) wants_pid: bool,
    pub(crate) takes_rights: bool,
    pub(crate) grammar: Grammar,
    /// What the last `trap` removes: kbuild sets the same for five signals.
    pub(crate) removed: Option<Arc<Script>>,
}

/// The grammar of commands, which words and traps hold some of: handed in by who knows it.
#[derive(Clone, Copy)]
pub(crate) struct Grammar {
    /// Reads commands up to what closes them.
    pub list: for<'a> fn(&mut Parser<'a>) -> Parsed<Node>,
    /// Reads a whole script, so many levels down.
    pub script: fn(&[u8], u32) -> Parsed<Script>,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(src: &'a [u8], depth: u32, grammar: Grammar) -> Parser<'a> {
        Parser {
            src,
            pos: 0,
            line: 1,
            depth,
            loops: 0,
            wants_pid: false,
            takes_rights: false,
            grammar,
            removed: None,
        }
    }

    pub(crate) fn decline<T>(&self, what: &'static str) -> Parsed<T> {
        Err(Decline { what, offset: self.pos })
    }

    /// The commands of a `$(…)`, up to its parenthesis.
    pub(crate) fn substituted_commands(&mut self) -> Parsed<Vec<Node>> {
        self.newlines();
        if self.peek() == Some(b')') {
            return Ok(Vec::new());
        }
        Ok(vec![(self.grammar.list)(self)?])
    }

    /// Runs `f` one level deeper.
    pub(crate) fn nested<T>(&mut self, f: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return self.decline("deep nesting");
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    /// Runs `f` for what a process of its own will run: loops outside cannot be left from inside.
    pub(crate) fn separate<T>(&mut self, f: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let loops = std::mem::take(&mut self.loops);
        let result = self.nested(f);
        self.loops = loops;
        result
    }

    /// The byte at the current place, past any backslash-newline.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while self.src.get(self.pos..).is_some_and(|s| s.starts_with(b"\\\n")) {
            self.pos += 2;
            self.line += 1;
        }
        self.src.get(self.pos).copied()
    }

    /// Takes the byte at the current place.
    pub(crate) fn bump(&mut self) -> Option<u8> {
        let c = self.peek()?;
        self.pos += 1;
        if c == b'\n' {
            self.line += 1;
        }
        Some(c)
    }

    /// Takes the byte behind a backslash: as it is, were it another backslash at the end of a line.
    pub(crate) fn bump_escaped(&mut self) -> Option<u8> {
        let c = self.src.get(self.pos).copied()?;
        self.pos += 1;
        if c == b'\n' {
            self.line += 1;
        }
        Some(c)
    }

    pub(crate) fn eat(&mut self, c: u8) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.bump();
        }
        found
    }

    /// Skips blanks and a comment.
    pub(crate) fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.pos += 1;
        }
        if self.peek() == Some(b'#') {
            // A comment ends at the newline, whatever is in front of it.
            let rest = self.src.get(self.pos..).unwrap_or_default();
            self.pos += rest.find_byte(b'\n').unwrap_or(rest.len());
        }
    }

    /// Skips blanks, comments and newlines.
    pub(crate) fn newlines(&mut self) {
        loop {
            self.blanks();
            if !self.eat(b'\n') {
                return;
            }
        }
    }

    /// A name at the current place; empty when there is none.
    pub(crate) fn name(&mut self) -> BString {
        let mut name = BString::default();
        while let Some(c) = self.peek() {
            let part = c == b'_' || c.is_ascii_alphabetic() || (!name.is_empty() && c.is_ascii_digit());
            if !part {
                break;
            }
            name.push(c);
            self.pos += 1;
        }
        name
    }
}

/// Bytes that end a word when they are not quoted.
pub(crate) fn is_delimiter(c: u8) -> bool {
    matches!(c, b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')')
}
