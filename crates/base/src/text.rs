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
pub fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|c| is_space(*c)).filter(|w| !w.is_empty())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_at_every_kind_of_space() {
        let got: Vec<&[u8]> = words(b" a\tb\n\x0bc ").collect();
        assert_eq!(got, [b"a", b"b", b"c"]);
        assert_eq!(trim(b" \ta b\n"), b"a b");
    }
}
