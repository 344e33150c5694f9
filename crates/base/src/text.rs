//! Splitting bytes the way make does: blanks, words, path parts.

/// A space or a tab: what separates words on one line.
#[inline]
pub fn is_blank(c: u8) -> bool {
    c == b' ' || c == b'\t'
}

/// What separates words in a variable's value: blanks, newline, and the other C-locale space characters.
#[inline]
pub fn is_space(c: u8) -> bool {
    matches!(c, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

/// The words of `text`, split at white space.
pub fn words(text: &[u8]) -> Words<'_> {
    Words { rest: text }
}

/// What [`words`] gives.
#[derive(Clone, Debug)]
pub struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = trim_start(self.rest);
        if rest.is_empty() {
            self.rest = rest;
            return None;
        }
        let (word, rest) = rest.split_at(find_space(rest).unwrap_or(rest.len()));
        self.rest = rest;
        Some(word)
    }
}

/// Where the first white space of `text` is.
#[inline]
pub fn find_space(text: &[u8]) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut at = 0;
    // Eight bytes at a time: bit 7 of each byte of `spaces` says whether that byte is one. Sums of seven-bit numbers do
    // not carry into the next byte.
    while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let bytes = u64::from_le_bytes(*chunk);
        let seven = bytes & !HIGH;
        let not_blank = (seven ^ (LOW * 0x20)) + LOW * 0x7f;
        let from_tab = seven + LOW * (0x80 - 9);
        let past_return = seven + LOW * (0x80 - 14);
        let spaces = (!not_blank | (from_tab & !past_return)) & !bytes & HIGH;
        if spaces != 0 {
            return Some(at + spaces.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    text.get(at..)?.iter().position(|c| is_space(*c)).map(|n| at + n)
}

/// `text` without white space at its start.
pub fn trim_start(text: &[u8]) -> &[u8] {
    let n = text.iter().take_while(|c| is_space(**c)).count();
    &text[n..]
}

/// `text` without white space at its end.
pub fn trim_end(text: &[u8]) -> &[u8] {
    let n = text.iter().rev().take_while(|c| is_space(**c)).count();
    &text[..text.len() - n]
}

/// `text` without white space at either end.
pub fn trim(text: &[u8]) -> &[u8] {
    trim_end(trim_start(text))
}

/// A file name without leading `./` (and the slashes after it); `./` itself stays.
pub fn strip_dot_slash(mut name: &[u8]) -> &[u8] {
    while let Some(rest) = name.strip_prefix(b"./") {
        let rest = &rest[rest.iter().take_while(|c| **c == b'/').count()..];
        if rest.is_empty() {
            return b"./";
        }
        name = rest;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_space_is_found_at_any_place_and_nothing_else_is() {
        for len in 0..20 {
            for byte in 0..=255u8 {
                let mut text = vec![b'x'; len];
                text.push(byte);
                text.extend_from_slice(b"\xa0\x89 ");
                let want = if is_space(byte) { len } else { len + 3 };
                assert_eq!(find_space(&text), Some(want), "{byte} at {len}");
            }
        }
        assert_eq!(find_space(b"no-space-at-all"), None);
    }

    #[test]
    fn words_are_split_at_every_kind_of_space() {
        let got: Vec<&[u8]> = words(b" a\tb\n\x0bc ").collect();
        assert_eq!(got, [b"a", b"b", b"c"]);
        assert_eq!(trim(b" \ta b\n"), b"a b");
    }

    #[test]
    fn leading_dot_slashes_are_not_part_of_a_name() {
        assert_eq!(strip_dot_slash(b"./a"), b"a");
        assert_eq!(strip_dot_slash(b".///./a/./b"), b"a/./b");
        assert_eq!(strip_dot_slash(b"./"), b"./");
        assert_eq!(strip_dot_slash(b"../a"), b"../a");
    }
}
