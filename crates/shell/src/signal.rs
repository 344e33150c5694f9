//! Signals by the names a `trap` gives them, and those that a failed write stands for.

use std::io;

use rkbuild_host::{Exit, signals};
use rustix::io::Errno;

use crate::script::EXIT_TRAP;

/// The signals kbuild's recipes trap, and TERM's kin.
const NAMES: [(&[u8], i32); 5] = [(b"HUP", 1), (b"INT", 2), (b"QUIT", 3), (b"PIPE", 13), (b"TERM", 15)];

/// SIGINT: dash says nothing about a child that died of it.
pub(crate) const INT: i32 = 2;
/// SIGPIPE: likewise.
pub(crate) const PIPE: i32 = 13;
/// SIGXCPU.
pub(crate) const XCPU: i32 = 24;
/// SIGXFSZ.
const XFSZ: i32 = 25;

/// How a process of its own would have ended that met this error of a write: by the signal that comes with it, unless
/// that was ignored.
pub(crate) fn of_write(error: &io::Error) -> Option<Exit> {
    let signal = match Errno::from_io_error(error)? {
        Errno::PIPE if !signals::pipe_was_ignored() => PIPE,
        Errno::FBIG if !signals::file_size_was_ignored() => XFSZ,
        _ => return None,
    };
    Some(Exit::Signal { signal, core: false })
}

/// The number of a signal as `trap` names it; [`EXIT_TRAP`] for EXIT.
pub(crate) fn number_in_trap(name: &[u8]) -> Option<i32> {
    if name == b"EXIT" || name == b"0" {
        return Some(EXIT_TRAP);
    }
    NAMES
        .iter()
        .find(|(n, number)| *n == name || number.to_string().as_bytes() == name)
        .map(|(_, number)| *number)
}
