//! What rkbuild says in its own name. Where a standard stream takes nothing (a full disk, a reader that has gone) it is lost,
//! and the build goes on: the macros of the standard library would end the process there.

use std::fmt::Display;
use std::io::Write;

/// Writes a line to standard error, at once.
pub(crate) fn say(line: impl Display) {
    say_text(&format!("{line}\n"));
}

/// Writes lines to standard error as they are.
pub(crate) fn say_text(text: &str) {
    // There is nobody to tell that it failed.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Writes lines to standard output. Nobody who reads no further wants to hear of it.
pub(crate) fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
