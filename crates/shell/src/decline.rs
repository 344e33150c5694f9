//! Why a script was left to the real shell.

use std::fmt;

/// The first thing in a script that this crate does not run itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decline {
    /// What it is, as a short noun phrase: `here-document`, `background command`.
    pub what: &'static str,
    /// The byte offset in the script where it was met.
    pub offset: usize,
}

impl fmt::Display for Decline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.what, self.offset)
    }
}

impl std::error::Error for Decline {}
