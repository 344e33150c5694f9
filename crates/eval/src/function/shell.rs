//! `$(shell)` (manual 8.14), and how a command's output becomes text.

use std::rc::Rc;
use std::sync::Arc;

use rkbuild_base::Place;
use rkbuild_base::text::trim;
use rkbuild_syntax::Text;

use crate::session::Entering;
use crate::variable::{Flavor, Origin};
use crate::{Result, Session};

/// What becomes of the newlines at the end of a command's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newlines {
    /// All are dropped: `$(shell)`.
    DropTrailing,
    /// One is dropped: `!=`.
    DropLast,
}

/// Appends output with newlines made spaces, but for those at its end. A carriage return before a newline goes with
/// it. What follows a NUL byte is lost, as it is in make.
fn fold_newlines(output: &[u8], newlines: Newlines, out: &mut Vec<u8>) {
    let start = out.len();
    let output = &output[..memchr::memchr(0, output).unwrap_or(output.len())];
    let mut rest = output;
    while let Some(at) = memchr::memchr(b'\n', rest) {
        let line = &rest[..at];
        out.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        out.push(b' ');
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    if !rest.is_empty() {
        return;
    }
    // A trailing run of newlines is now a run of spaces; those the command wrote itself come before it.
    let drop = match newlines {
        Newlines::DropTrailing => trailing_newlines(output),
        Newlines::DropLast => usize::from(output.ends_with(b"\n")),
    };
    out.truncate(out.len().saturating_sub(drop).max(start));
}

fn trailing_newlines(mut output: &[u8]) -> usize {
    let mut count = 0;
    while let Some(rest) = output.strip_suffix(b"\n") {
        output = rest.strip_suffix(b"\r").unwrap_or(rest);
        count += 1;
    }
    count
}

impl Session {
    /// Runs a command and appends its output; sets `.SHELLSTATUS`.
    pub fn shell(&mut self, command: &[u8], newlines: Newlines, out: &mut Vec<u8>) -> Result<()> {
        if trim(command).is_empty() {
            return Ok(());
        }
        // What the command prints belongs to the directory. (Where output is kept together that is seen to later.)
        if self.entering.get() == Entering::Undecided {
            self.enter_directory();
        }
        let doors = Rc::clone(&self.doors);
        let result = doors.shell(self, command)?;
        self.note_command(result.steady);
        self.set_shell_status(Arc::new(Text::new(result.status.to_string().as_bytes())));
        if result.status == 127 && !self.identity().is_4_4() {
            // To 4.3 this is a shell that could not be run, and what was written says why.
            self.err(&result.output);
            return Ok(());
        }
        fold_newlines(&result.output, newlines, out);
        Ok(())
    }

    /// Sets `.SHELLSTATUS`. It belongs where the command is run: within a call, a `foreach` or a recipe nobody outside sees it.
    pub(crate) fn set_shell_status(&mut self, status: Arc<Text>) {
        let (name, scope) = (self.known.shellstatus, self.vars.current);
        self.vars.define(scope, name, status, Flavor::Simple, Origin::Override, Place::NONE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(output: &str, newlines: Newlines) -> String {
        let mut out = b"  ".to_vec();
        fold_newlines(output.as_bytes(), newlines, &mut out);
        String::from_utf8(out).unwrap()[2..].to_string()
    }

    #[test]
    fn newlines_become_spaces_and_trailing_ones_go() {
        assert_eq!(fold("a\nb\n\n", Newlines::DropTrailing), "a b");
        assert_eq!(fold(" a \n", Newlines::DropTrailing), " a ");
        assert_eq!(fold("\n\na", Newlines::DropTrailing), "  a");
        assert_eq!(fold("\n\n", Newlines::DropTrailing), "");
        assert_eq!(fold("a", Newlines::DropTrailing), "a");
        assert_eq!(fold("a b\nc\n\n", Newlines::DropLast), "a b c ");
    }

    #[test]
    fn carriage_returns_go_with_their_newline_only() {
        assert_eq!(fold("a\rb\r\n\r\nc\r", Newlines::DropTrailing), "a\rb  c\r");
        assert_eq!(fold("a\r\n\r\n", Newlines::DropTrailing), "a");
    }

    #[test]
    fn output_ends_at_a_nul() {
        assert_eq!(fold("a\nb\0c\n", Newlines::DropTrailing), "a b");
    }
}
