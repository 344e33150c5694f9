//! Signals by the names a `trap` gives them.

use crate::script::EXIT_TRAP;

/// The signals kbuild's recipes trap, and TERM's kin.
const NAMES: [(&[u8], i32); 5] = [(b"HUP", 1), (b"INT", 2), (b"QUIT", 3), (b"PIPE", 13), (b"TERM", 15)];

/// SIGINT: dash says nothing about a child that died of it.
pub(crate) const INT: i32 = 2;
/// SIGPIPE: likewise.
pub(crate) const PIPE: i32 = 13;

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
