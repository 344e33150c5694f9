//! A place in a makefile, for messages.

use crate::{Name, Names};

/// A file and a line in it. `line` 0 means that there is no place (command line, environment, built in).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Place {
    /// The makefile's name as make was given it.
    pub file: Name,
    /// Counted from 1.
    pub line: u32,
}

impl Place {
    /// No place: what was not read from a makefile.
    pub const NONE: Place = Place { file: Name::EMPTY, line: 0 };

    /// `file:line`, as messages show it; empty when there is no place.
    pub fn text(&self, names: &Names) -> Vec<u8> {
        if self.line == 0 {
            return Vec::new();
        }
        let mut out = names.text(self.file).to_vec();
        out.extend_from_slice(format!(":{}", self.line).as_bytes());
        out
    }
}
