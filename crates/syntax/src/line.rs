//! Physical lines to logical lines; continuations and comments.

use std::borrow::Cow;

use rkbuild_base::text::{is_blank, is_space};

/// A logical line: its bytes in the makefile without the last newline, inner backslash-newlines kept. No makefile is larger
/// than these numbers can say.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    start: u32,
    end: u32,
    /// The number of its first physical line, counted from 1.
    pub number: u32,
}

impl Span {
    fn new(start: usize, end: usize, number: u32) -> Span {
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { start: short(start), end: short(end), number }
    }

    /// The first byte.
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// One past the last byte.
    pub fn end(self) -> usize {
        self.end as usize
    }
}

/// Splits a makefile's text into logical lines. Those that are empty are left out, but for some that end at a newline in
/// `keep`. `text` must be free of NULs and of carriage returns at line ends; [`clean`] sees to both.
pub fn split(text: &[u8], keep: &[usize]) -> Vec<Span> {
    let mut spans = Vec::with_capacity(text.len() / 48 + 1);
    let (mut start, mut number, mut physical) = (0, 1, 1);
    for i in memchr::memchr_iter(b'\n', text) {
        physical += 1;
        if i == start && keep.binary_search(&i).is_err() {
            start = i + 1;
            number = physical;
            continue;
        }
        if trailing_backslashes(&text[start..i]) % 2 == 1 {
            continue;
        }
        spans.push(Span::new(start, i, number));
        start = i + 1;
        number = physical;
    }
    if start < text.len() {
        spans.push(Span::new(start, text.len(), number));
    }
    spans
}

/// How much GNU make reads at once while no line of the file was longer: what it drops of a line that begins with a NUL.
const READ: usize = 199;

/// A makefile's text as [`split`] wants it, and where in it lines were that began with a NUL: they are empty lines now.
pub struct Clean {
    /// The text.
    pub text: Vec<u8>,
    /// Places of newlines in it.
    pub nul_lines: Vec<usize>,
}

/// The byte-order mark of UTF-8.
pub const MARK: &[u8] = b"\xef\xbb\xbf";

/// Drops carriage returns before newlines, what follows a NUL on its line, the newline too, and a byte-order mark, as
/// make does when it reads. Gives the very same text where there is nothing to drop.
pub fn clean(mut text: Vec<u8>) -> Clean {
    let mark = if text.starts_with(MARK) { MARK.len() } else { 0 };
    text.drain(..mark);
    let mut nul_lines = Vec::new();
    if memchr::memchr2(b'\r', 0, &text).is_none() {
        return Clean { text, nul_lines };
    }
    let text = &text[..];
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        // Of a line that begins with a NUL no more is looked at than is read at once: there may be gigabytes of them.
        let near = if rest.first() == Some(&0) { rest.get(..READ).unwrap_or(rest) } else { rest };
        let end = memchr::memchr(b'\n', near).map_or(near.len(), |at| at + 1);
        let (line, after) = rest.split_at(end);
        if line.first() == Some(&0) {
            nul_lines.push(out.len());
            out.push(b'\n');
            rest = after;
            continue;
        }
        rest = after;
        let (body, newline) = match line.strip_suffix(b"\n") {
            Some(body) => (body, true),
            None => (line, false),
        };
        if let Some(nul) = memchr::memchr(0, body) {
            out.extend_from_slice(&body[..nul]);
            continue;
        }
        out.extend_from_slice(if newline { body.strip_suffix(b"\r").unwrap_or(body) } else { body });
        if newline {
            out.push(b'\n');
        }
    }
    Clean { text: out, nul_lines }
}

/// How many backslashes end `text`.
pub fn trailing_backslashes(text: &[u8]) -> usize {
    text.iter().rev().take_while(|c| **c == b'\\').count()
}

/// Joins continued lines: a backslash-newline and the blanks around it become one space (manual 3.1.1).
/// In POSIX mode the blanks before the backslash stay.
pub fn join_continuations(line: &[u8], posix: bool) -> Vec<u8> {
    if memchr::memchr(b'\n', line).is_none() {
        return line.to_vec();
    }
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(n) = memchr::memchr(b'\n', rest) {
        let slashes = trailing_backslashes(&rest[..n]);
        out.extend_from_slice(&rest[..n - slashes]);
        // Pairs of backslashes before the newline stand for one each.
        out.resize(out.len() + slashes / 2, b'\\');
        rest = &rest[n + 1..];
        if slashes % 2 == 1 {
            let skip = rest.iter().take_while(|c| is_blank(**c)).count();
            rest = &rest[skip..];
            if !posix {
                let keep = out.len() - out.iter().rev().take_while(|c| is_blank(**c)).count();
                out.truncate(keep);
            }
            out.push(b' ');
        } else {
            out.push(b'\n');
        }
    }
    out.extend_from_slice(rest);
    out
}

/// Joins the continuations inside `$(…)` and `${…}` of a recipe line, as make does before it expands it: functions
/// are not to see them. Those outside go to the shell.
fn join_in_references(line: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memmem::find(line, b"\\\n").is_none() {
        return Cow::Borrowed(line);
    }
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = memchr::memchr(b'$', rest) {
        let (before, from) = rest.split_at(at + 1);
        out.extend_from_slice(before);
        rest = from;
        let Some(&open @ (b'(' | b'{')) = rest.first() else { continue };
        let end = crate::expr::matching_close(&rest[1..], open).map_or(rest.len(), |close| close + 2);
        let (reference, after) = rest.split_at(end);
        join_all(reference, &mut out);
        rest = after;
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

/// Appends `text` with each backslash-newline, and the blanks around it, made a space.
fn join_all(mut text: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    while let Some(at) = memchr::memmem::find(text, b"\\\n") {
        out.extend_from_slice(&text[..at]);
        let blanks = out[start..].iter().rev().take_while(|c| is_blank(**c)).count();
        out.truncate(out.len() - blanks);
        out.push(b' ');
        text = &text[at + 2..];
        text = &text[text.iter().take_while(|c| is_blank(**c)).count()..];
    }
    out.extend_from_slice(text);
}

/// Cuts an unquoted comment off, and takes away the backslashes that quoted a `#`. In a reference, `#` is a character
/// like any other.
pub fn strip_comment(line: &mut Vec<u8>) {
    if memchr::memchr(b'#', line).is_none() {
        return;
    }
    if let Some(at) = find_unquoted_outside(line, 0, |c| c == b'#') {
        line.truncate(at);
    }
}

/// Finds the first byte at or after `from` that satisfies `stop` and is not quoted by a backslash. Backslashes
/// directly before such a byte are halved in place, and one that quoted is dropped (manual 3.1, 4.3).
pub fn find_unquoted(line: &mut Vec<u8>, from: usize, stop: impl Fn(u8) -> bool) -> Option<usize> {
    let mut at = from;
    while at < line.len() {
        if !stop(line[at]) {
            at += 1;
            continue;
        }
        let slashes = trailing_backslashes(&line[from..at]);
        if slashes == 0 {
            return Some(at);
        }
        let drop = slashes - slashes / 2;
        line.drain(at - drop..at);
        at -= drop;
        if slashes.is_multiple_of(2) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Like [`find_unquoted`], but passes over `$(…)` and `${…}` references.
pub fn find_unquoted_outside(line: &mut Vec<u8>, from: usize, stop: impl Fn(u8) -> bool) -> Option<usize> {
    let mut at = from;
    while at < line.len() {
        if line[at] == b'$' {
            at = skip_reference(line, at);
            continue;
        }
        if !stop(line[at]) {
            at += 1;
            continue;
        }
        let slashes = trailing_backslashes(&line[from..at]);
        if slashes == 0 {
            return Some(at);
        }
        let drop = slashes - slashes / 2;
        line.drain(at - drop..at);
        at -= drop;
        if slashes.is_multiple_of(2) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// The text of a recipe line: the prefix character is dropped after each continuation, and continuations inside
/// references become a space, as functions must not see them. All others stay, for the shell and for the echo.
pub fn recipe_text(text: &[u8], prefix: u8) -> Vec<u8> {
    if memchr::memchr(b'\n', text).is_none() {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    drop_prefixes(text, prefix, &mut out);
    match join_in_references(&out) {
        Cow::Borrowed(_) => out,
        Cow::Owned(joined) => joined,
    }
}

fn drop_prefixes(text: &[u8], prefix: u8, out: &mut Vec<u8>) {
    let mut after_newline = false;
    for &c in text {
        if !(after_newline && c == prefix) {
            out.push(c);
        }
        after_newline = c == b'\n';
    }
}

/// The position after the reference whose `$` is at `at`.
pub fn skip_reference(line: &[u8], at: usize) -> usize {
    match line.get(at + 1) {
        Some(&open @ (b'(' | b'{')) => match crate::expr::matching_close(&line[at + 2..], open) {
            Some(end) => at + 2 + end + 1,
            None => line.len(),
        },
        Some(_) => at + 2,
        None => at + 1,
    }
}

/// The first word of `line` and what follows it, leading white space of both skipped.
pub fn first_word(line: &[u8]) -> (&[u8], &[u8]) {
    let line = rkbuild_base::text::trim_start(line);
    let len = line.iter().take_while(|c| !is_space(**c)).count();
    (&line[..len], rkbuild_base::text::trim_start(&line[len..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odd_number_of_backslashes_continues_a_line() {
        let text = b"a \\\n b\nc \\\\\nd";
        let got: Vec<_> = split(text, &[]).iter().map(|s| (&text[s.start()..s.end()], s.number)).collect();
        assert_eq!(got, [(&b"a \\\n b"[..], 1), (b"c \\\\", 3), (b"d", 4)]);
    }

    #[test]
    fn empty_lines_are_left_out_and_counted() {
        let numbers = |keep: &[usize]| -> Vec<u32> {
            split(b"\na\n\n\nb\n\n", keep).iter().map(|s| s.number).collect()
        };
        assert_eq!(numbers(&[]), [2, 5]);
        assert_eq!(numbers(&[4]), [2, 4, 5]);
    }

    #[test]
    fn a_continuation_at_the_end_of_the_text_joins_nothing() {
        let text = b"a \\\n";
        let spans = split(text, &[]);
        assert_eq!((spans.len(), spans[0].end()), (1, 4));
        assert_eq!(join_continuations(text, false), b"a ");
    }

    #[test]
    fn a_continuation_becomes_one_space() {
        assert_eq!(join_continuations(b"a  \\\n\t b", false), b"a b");
        assert_eq!(join_continuations(b"a  \\\n\t b", true), b"a   b");
    }

    #[test]
    fn a_backslash_quotes_a_comment_and_is_dropped() {
        let mut line = b"a\\#b \\\\# c".to_vec();
        strip_comment(&mut line);
        assert_eq!(line, b"a#b \\");
    }

    #[test]
    fn a_number_sign_in_a_reference_begins_no_comment() {
        let mut line = b"a$(f #)b${g #} $$(c # d".to_vec();
        strip_comment(&mut line);
        assert_eq!(line, b"a$(f #)b${g #} $$(c ");
    }

    #[test]
    fn continuations_in_references_of_a_recipe_become_spaces() {
        let join = |text: &[u8]| String::from_utf8(join_in_references(text).into_owned()).unwrap();
        assert_eq!(join(b"x \\\n y $(f a  \\\n\t (b) \\\n\t\\\n c) \\\n z"), "x \\\n y $(f a (b) c) \\\n z");
        assert_eq!(join(b"$$(a\\\n b) ${c \\\n"), "$$(a b) ${c ");
        assert_eq!(join(b"$(a\\\\\\\n b)"), "$(a\\\\ b)");
    }

    #[test]
    fn continued_recipe_lines_lose_their_prefix() {
        assert_eq!(recipe_text(b"a \\\n\tb $(x c \\\n\t  d)", b'\t'), b"a \\\nb $(x c d)");
    }

    #[test]
    fn carriage_returns_and_what_follows_a_nul_are_dropped() {
        assert_eq!(&clean(b"a\r\nb\0c\nd\r".to_vec()).text[..], b"a\nbd\r");
    }

    #[test]
    fn a_line_that_begins_with_a_nul_is_empty_and_remembered() {
        let clean = clean(b"a\n\0b\nc\n\0".to_vec());
        assert_eq!((&clean.text[..], &clean.nul_lines[..]), (&b"a\n\nc\n\n"[..], &[2, 5][..]));
    }
}
