//! The file utilities recipes use most, done in-process when `PATH` leads to the system's own.
//!
//! Each does its work only where it is sure of the result, in silence. At the first surprise it gives up, and the real
//! program runs with the same arguments: what was done by then is what that program would do first, or find done.

mod copy;
mod names;
mod remove;

use std::io;

use bstr::{BStr, BString, ByteSlice};
use rkbuild_host::{Dir, Exit, Host};

use crate::shell::Invocation;

/// Where a tool works.
pub(crate) struct Place<'a> {
    pub host: &'a Host,
    pub dir: &'a Dir,
}

/// A tool's standard output, written at its end; None: it gives up.
type Done = Option<Vec<u8>>;

/// Runs the command if it is one of the tools, `program` is the system's, and its arguments are of the usual kind.
pub(crate) fn run(host: &Host, program: &BStr, command: &Invocation<'_>) -> Option<Exit> {
    let name = program.strip_prefix(b"/usr/bin/").or_else(|| program.strip_prefix(b"/bin/"))?;
    let args = command.argv.get(1..)?;
    if command.env.contains(b"POSIXLY_CORRECT") {
        // Options after operands are operands then.
        return None;
    }
    let place = Place { host, dir: command.dir };
    let tool: fn(&Place<'_>, &[BString]) -> Done = match name {
        b"rm" => remove::rm,
        b"mkdir" => names::mkdir,
        b"touch" => names::touch,
        b"ln" => names::ln,
        b"mv" => names::mv,
        b"chmod" => names::chmod,
        b"basename" => names::basename,
        b"dirname" => names::dirname,
        b"cat" | b"cmp" => |_, _| None,
        b"cp" => copy::cp,
        _ => return None,
    };
    if !is_coreutils(&place, program) {
        return None;
    }
    match name {
        b"cat" => return copy::cat(&place, args, command),
        b"cmp" => return copy::cmp(&place, args),
        _ => {}
    }
    let output = tool(&place, args)?;
    if !output.is_empty() {
        command.write_out(&output).ok()?;
        host.changed();
    }
    Some(Exit::Code(0))
}

/// Whether the program is one of its own, not one name of a program that is many (busybox).
fn is_coreutils(place: &Place<'_>, program: &BStr) -> bool {
    place.host.lstat(place.dir, program).is_ok_and(|m| m.is_file())
}

/// Options and operands, for tools whose options are single letters without arguments.
struct Letters<'a> {
    letters: Vec<u8>,
    operands: Vec<&'a BStr>,
}

/// Takes arguments apart; None when there is a long option, or a letter that is not in `known`.
fn letters<'a>(args: &'a [BString], known: &[u8]) -> Option<Letters<'a>> {
    let mut found = Letters { letters: Vec::new(), operands: Vec::new() };
    let mut only_operands = false;
    for arg in args {
        match arg.as_bytes() {
            b"--" if !only_operands => only_operands = true,
            [b'-', options @ ..] if !options.is_empty() && !only_operands => {
                if !options.iter().all(|o| known.contains(o)) {
                    return None;
                }
                found.letters.extend_from_slice(options);
            }
            _ => found.operands.push(arg.as_bstr()),
        }
    }
    Some(found)
}

impl Letters<'_> {
    fn has(&self, letter: u8) -> bool {
        self.letters.contains(&letter)
    }
}

/// Whether an operation failed because something is not there.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
