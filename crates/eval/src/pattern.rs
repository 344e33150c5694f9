//! Patterns with one `%`: parsing (backslashes can quote it) and matching.

use std::borrow::Cow;

use rkbuild_base::text::{is_space, words};

/// Finds the first `%` not quoted by a backslash, and gives its place in the text without the quoting. `\%` gives a
/// plain `%`, `\\%` a backslash and a pattern character (manual 4.12.1); backslashes elsewhere stay, and so does
/// everything after that `%`.
pub fn find_percent(text: &[u8]) -> (Cow<'_, [u8]>, Option<usize>) {
    match memchr::memchr(b'%', text) {
        None => (Cow::Borrowed(text), None),
        Some(at) if at == 0 || text[at - 1] != b'\\' => (Cow::Borrowed(text), Some(at)),
        Some(_) => {
            let (text, percent) = unquote_percent(text.to_vec());
            (Cow::Owned(text), percent)
        }
    }
}

fn unquote_percent(mut text: Vec<u8>) -> (Vec<u8>, Option<usize>) {
    let mut at = 0;
    while let Some(n) = memchr::memchr(b'%', text.get(at..).unwrap_or_default()) {
        let percent = at + n;
        let slashes = text[at..percent].iter().rev().take_while(|c| **c == b'\\').count();
        if slashes == 0 {
            return (text, Some(percent));
        }
        let drop = slashes - slashes / 2;
        text.drain(percent - drop..percent);
        let percent = percent - drop;
        if slashes % 2 == 0 {
            return (text, Some(percent));
        }
        at = percent + 1;
    }
    (text, None)
}

/// A text with at most one unquoted `%`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pattern {
    /// The text, quoting backslashes of a `%` removed.
    pub text: Vec<u8>,
    /// Where the `%` is.
    pub percent: Option<usize>,
}

impl Pattern {
    /// Finds the first `%` not quoted by a backslash; see [`find_percent`].
    pub fn parse(text: &[u8]) -> Pattern {
        let (text, percent) = find_percent(text);
        Pattern { text: text.into_owned(), percent }
    }

    /// What is before the `%`; the whole text when there is none.
    pub fn prefix(&self) -> &[u8] {
        &self.text[..self.percent.unwrap_or(self.text.len())]
    }

    /// What is after the `%`; empty when there is none.
    pub fn suffix(&self) -> &[u8] {
        self.percent.map_or(&[], |p| &self.text[p + 1..])
    }

    /// True for the pattern `%` alone.
    pub fn is_match_anything(&self) -> bool {
        self.text == b"%" && self.percent == Some(0)
    }

    /// What `%` stands for in `word`; without `%`, an empty stem when both are equal.
    pub fn stem<'w>(&self, word: &'w [u8]) -> Option<&'w [u8]> {
        if self.percent.is_none() {
            return (self.text == word).then_some(&word[..0]);
        }
        let (prefix, suffix) = (self.prefix(), self.suffix());
        let fits =
            word.len() >= prefix.len() + suffix.len() && word.starts_with(prefix) && word.ends_with(suffix);
        fits.then(|| &word[prefix.len()..word.len() - suffix.len()])
    }

    /// The stem of a static pattern rule's target: make takes the words of its name one by one, as `patsubst` does, where one
    /// that does not fit stays as it is.
    pub fn static_stem(&self, name: &[u8]) -> Vec<u8> {
        let of_word = |word| self.stem(word).unwrap_or(word);
        if !name.iter().any(|c| is_space(*c)) {
            return of_word(name).to_vec();
        }
        words(name).map(of_word).collect::<Vec<_>>().join(&b' ')
    }

    /// Appends the pattern with a static pattern rule's stem in place of its `%`, once for each word of the stem.
    pub fn fill_static(&self, stem: &[u8], out: &mut Vec<u8>) {
        if !stem.iter().any(|c| is_space(*c)) {
            return self.fill(stem, out);
        }
        for (at, word) in words(stem).enumerate() {
            if at > 0 {
                out.push(b' ');
            }
            self.fill(word, out);
        }
    }

    /// Appends the pattern with `stem` in place of its `%`.
    pub fn fill(&self, stem: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(self.prefix());
        if self.percent.is_some() {
            out.extend_from_slice(stem);
            out.extend_from_slice(self.suffix());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_quotes_the_percent() {
        let p = Pattern::parse(b"a\\%b\\\\%c");
        assert_eq!((p.text.as_slice(), p.percent), (&b"a%b\\%c"[..], Some(4)));
        assert_eq!(Pattern::parse(b"a\\%b").percent, None);
    }

    #[test]
    fn the_stem_is_what_prefix_and_suffix_leave() {
        let p = Pattern::parse(b"lib%.a");
        assert_eq!(p.stem(b"libx.a"), Some(&b"x"[..]));
        assert_eq!(p.stem(b"lib.a"), Some(&b""[..]));
        assert_eq!(p.stem(b"li.a"), None);
        assert_eq!(Pattern::parse(b"a%a").stem(b"a"), None);
        assert_eq!(Pattern::parse(b"x").stem(b"x"), Some(&b""[..]));
    }
}
