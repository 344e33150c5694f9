//! `xargs COMMAND ARGUMENT…`: the words of standard input become arguments.

use bstr::{BStr, BString, ByteSlice};
use rkbuild_host::{Exit, Host, preload};

use super::place::Place;
use super::{is_coreutils, systems_name};
use crate::shell::Invocation;

/// Up to this size of all words one command is enough for the real one, whatever the environment leaves it.
const MOST: usize = 60_000;

/// Whether this is the system's `xargs`, with a command and no options.
pub(crate) fn takes(host: &Host, program: &BStr, invocation: &Invocation<'_>) -> bool {
    if systems_name(program) != Some(b"xargs") || preload::is_in(invocation.env) {
        return false;
    }
    let plain = |name: &BString| !name.is_empty() && !name.starts_with(b"-");
    invocation.argv.get(1).is_some_and(plain) && is_coreutils(&Place { host, dir: invocation.dir }, program)
}

/// The arguments a text gives to `command`, which is one command; `None` where the text has quotes, anything but ASCII, or
/// words for more than one command. A text without words makes one command as well.
pub(crate) fn arguments(command: &[BString], text: &[u8]) -> Option<Vec<BString>> {
    let usual = |c: u8| matches!(c, b'\t' | b'\n' | b' '..=b'~') && !matches!(c, b'"' | b'\'' | b'\\');
    let words = text.fields_with(|c| matches!(c, ' ' | '\t' | '\n')).map(BString::from);
    let all: Vec<BString> = command.iter().cloned().chain(words).collect();
    let size: usize = all.iter().map(|word| word.len() + 1 + size_of::<usize>()).sum();
    (text.iter().all(|c| usual(*c)) && size <= MOST).then_some(all)
}

/// What `xargs` says and how it ends when its command ended like this.
pub(crate) fn ending(name: &BStr, exit: Exit) -> (i32, Option<String>) {
    match exit {
        Exit::Code(0) => (0, None),
        Exit::Code(255) => (124, Some(format!("xargs: {name}: exited with status 255; aborting\n"))),
        Exit::Code(_) => (123, None),
        Exit::Signal { signal, .. } => (125, Some(format!("xargs: {name}: terminated by signal {signal}\n"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &[u8]) -> Option<String> {
        let words = arguments(&["ar".into(), "x".into()], text)?;
        Some(bstr::join("|", words).to_str().unwrap().to_owned())
    }

    #[test]
    fn blanks_and_newlines_part_words() {
        assert_eq!(words(b" a  b\tc\n\nd").unwrap(), "ar|x|a|b|c|d");
        assert_eq!(words(b"\n").unwrap(), "ar|x");
        assert_eq!(words(b"").unwrap(), "ar|x");
    }

    #[test]
    fn what_is_unusual_is_left_to_the_real_one() {
        for text in [&b"'a b'"[..], b"a\\ b", b"\"", b"a\0b", b"\xe4", b"\x0b", &[b'a'; 70_000]] {
            assert_eq!(words(text), None);
        }
        assert_eq!(words(&b"aaaaaaa ".repeat(5000)), None);
    }
}
