//! Functions on strings and words (manual 8.2), and what substitution references share with them.

use std::borrow::Cow;

use memchr::memmem;
use rkbuild_base::FxSet;
use rkbuild_base::text::{find_space, is_space, trim_start, words as split};
use rkbuild_syntax::bytes::Unwritten;

use crate::pattern::find_percent;
use crate::{Result, Session};

/// Appends what `f` does with each word of `text`, with one space between. A word that gives nothing still has its
/// space, as make does it.
pub(super) fn each_word(text: &[u8], out: &mut Vec<u8>, mut f: impl FnMut(&[u8], &mut Vec<u8>)) {
    let start = out.len();
    for word in split(text) {
        f(word, out);
        out.push(b' ');
    }
    drop_last_space(start, out);
}

/// Takes back the space after the last word, if any word was appended after `start`.
pub(super) fn drop_last_space(start: usize, out: &mut Vec<u8>) {
    if out.len() > start {
        out.pop();
    }
}

/// `$(subst from,to,text)`
pub fn subst(from: &[u8], to: &[u8], text: &[u8], out: &mut Vec<u8>) {
    if from.is_empty() {
        // The empty text is found once, at the end.
        out.extend_from_slice(text);
        out.extend_from_slice(to);
        return;
    }
    let mut done = 0;
    let mut replace = |at: usize, len: usize| {
        out.extend_from_slice(&text[done..at]);
        out.extend_from_slice(to);
        done = at + len;
    };
    match from {
        [byte] => memchr::memchr_iter(*byte, text).for_each(|at| replace(at, 1)),
        _ => memmem::find_iter(text, from).for_each(|at| replace(at, from.len())),
    }
    out.extend_from_slice(&text[done..]);
}

/// Replaces `from` where it stands between white space; everything else, white space too, stays as it is.
fn subst_whole_words(from: &[u8], to: &[u8], text: &[u8], out: &mut Vec<u8>) {
    if from.is_empty() {
        // As in `subst` it is found at the end, and must be a word of its own there.
        out.extend_from_slice(text);
        if text.last().is_none_or(|c| is_space(*c)) {
            out.extend_from_slice(to);
        }
        return;
    }
    let mut done = 0;
    for at in memmem::find_iter(text, from) {
        let end = at + from.len();
        let begins = at == 0 || is_space(text[at - 1]);
        let ends = text.get(end).is_none_or(|c| is_space(*c));
        if begins && ends {
            out.extend_from_slice(&text[done..at]);
            out.extend_from_slice(to);
            done = end;
        }
    }
    out.extend_from_slice(&text[done..]);
}

/// `$(patsubst pattern,replacement,text)`, and `$(name:pattern=replacement)` with `%` in the pattern.
pub fn patsubst(pattern: &[u8], replacement: &[u8], text: &[u8], out: &mut Vec<u8>) {
    let pattern = WordPattern::parse(pattern);
    let to = WordPattern::parse(replacement);
    let Some(percent) = pattern.percent else {
        return subst_whole_words(&pattern.text, &to.text, text, out);
    };
    let (prefix, suffix) = (&pattern.text[..percent], &pattern.text[percent + 1..]);
    let (before, after) = match to.percent {
        Some(at) => (&to.text[..at], Some(&to.text[at + 1..])),
        None => (&to.text[..], None),
    };
    let start = out.len();
    for word in split(text) {
        match stem(word, prefix, suffix) {
            // Where nothing takes a word's place, its space goes too.
            Some(_) if to.text.is_empty() => continue,
            Some(stem) => {
                out.extend_from_slice(before);
                if let Some(after) = after {
                    out.extend_from_slice(stem);
                    out.extend_from_slice(after);
                }
            }
            None => out.extend_from_slice(word),
        }
        out.push(b' ');
    }
    drop_last_space(start, out);
}

/// `$(name:from=to)` without `%` in `from`: what words end with. No character of either text is special.
pub fn subst_suffix(from: &[u8], to: &[u8], text: &[u8], out: &mut Vec<u8>) {
    each_word(text, out, |word, out| match word.strip_suffix(from) {
        Some(kept) => {
            out.extend_from_slice(kept);
            out.extend_from_slice(to);
        }
        None => out.extend_from_slice(word),
    });
}

/// A pattern that lives no longer than the call.
struct WordPattern<'a> {
    text: Cow<'a, [u8]>,
    percent: Option<usize>,
}

impl<'a> WordPattern<'a> {
    fn parse(text: &'a [u8]) -> WordPattern<'a> {
        let (text, percent) = find_percent(text);
        WordPattern { text, percent }
    }

    fn matches(&self, word: &[u8]) -> bool {
        match self.percent {
            Some(at) => stem(word, &self.text[..at], &self.text[at + 1..]).is_some(),
            None => *self.text == *word,
        }
    }
}

/// What is between `prefix` and `suffix` in a word that has both.
#[inline]
fn stem<'w>(word: &'w [u8], prefix: &[u8], suffix: &[u8]) -> Option<&'w [u8]> {
    word.strip_prefix(prefix)?.strip_suffix(suffix)
}

/// `$(strip text)`
pub fn strip(text: &[u8], out: &mut Vec<u8>) {
    each_word(text, out, |word, out| out.extend_from_slice(word));
}

/// `$(findstring wanted,text)`
pub fn findstring(wanted: &[u8], text: &[u8], out: &mut Vec<u8>) {
    if memmem::find(text, wanted).is_some() {
        out.extend_from_slice(wanted);
    }
}

/// `$(filter patterns,text)` or, with `keep` false, `$(filter-out patterns,text)`.
pub fn filter(patterns: &[u8], text: &[u8], keep: bool, out: &mut Vec<u8>) {
    let filter = Filter::new(patterns);
    let start = out.len();
    for word in split(text) {
        if filter.matches(word) == keep {
            out.extend_from_slice(word);
            out.push(b' ');
        }
    }
    drop_last_space(start, out);
}

/// `$(filter patterns,text)` of a text that need not be written down for it.
pub fn filter_unwritten(patterns: &[u8], text: &dyn Unwritten, out: &mut Vec<u8>) {
    let filter = Filter::new(patterns);
    let start = out.len();
    for word in text.words(&|word| filter.matches(word)) {
        out.extend_from_slice(&word);
        out.push(b' ');
    }
    drop_last_space(start, out);
}

/// The number of plain words from which looking them up in a table is faster than comparing with each.
const FEW: usize = 8;

/// The patterns of a `filter`, sorted by what is needed to match them.
pub(crate) struct Filter<'a> {
    patterns: Vec<WordPattern<'a>>,
    words: Vec<Cow<'a, [u8]>>,
    /// `words` again, when they are many.
    table: FxSet<Cow<'a, [u8]>>,
}

impl<'a> Filter<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Filter<'a> {
        let mut filter = Filter { patterns: Vec::new(), words: Vec::new(), table: FxSet::default() };
        for pattern in split(text).map(WordPattern::parse) {
            match pattern.percent {
                Some(_) => filter.patterns.push(pattern),
                None => filter.words.push(pattern.text),
            }
        }
        if filter.words.len() > FEW {
            filter.table.extend(filter.words.drain(..));
        }
        filter
    }

    pub(crate) fn matches(&self, word: &[u8]) -> bool {
        self.words.iter().any(|w| **w == *word)
            || (!self.table.is_empty() && self.table.contains(word))
            || self.patterns.iter().any(|p| p.matches(word))
    }
}

/// `$(sort words)`: in the order of their bytes, each once. The first byte is compared as C's signed `char`, as make
/// does it: words that begin outside ASCII come first.
pub fn sort(text: &[u8], out: &mut Vec<u8>) {
    // Comparing the first bytes as a number decides nearly always, without touching the text.
    let mut sorted: Vec<(u64, &[u8])> = split(text).map(|word| (sort_key(word), word)).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let start = out.len();
    for (_, word) in sorted {
        out.extend_from_slice(word);
        out.push(b' ');
    }
    drop_last_space(start, out);
}

/// The first eight bytes, as a number that is ordered as they are; missing ones count as zero.
fn sort_key(word: &[u8]) -> u64 {
    let key = match word.first_chunk::<8>() {
        Some(bytes) => u64::from_be_bytes(*bytes),
        None => {
            let mut bytes = [0; 8];
            bytes[..word.len()].copy_from_slice(word);
            u64::from_be_bytes(bytes)
        }
    };
    key ^ (1 << 63)
}

/// `$(words text)`
pub fn words(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(split(text).count().to_string().as_bytes());
}

/// `$(firstword text)`
pub fn firstword(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(split(text).next().unwrap_or_default());
}

/// `$(lastword text)`
pub fn lastword(text: &[u8], out: &mut Vec<u8>) {
    let text = rkbuild_base::text::trim_end(text);
    let len = text.iter().rev().take_while(|c| !is_space(**c)).count();
    out.extend_from_slice(&text[text.len() - len..]);
}

/// From the `first` to the `last` word (counted from 1), with the white space between them.
fn words_between(text: &[u8], first: i64, last: i64) -> &[u8] {
    let mut at = 1;
    let mut rest = trim_start(text);
    while at < first && !rest.is_empty() {
        rest = split_word(rest).1;
        at += 1;
    }
    let from = rest;
    let mut end = 0;
    while at <= last && !rest.is_empty() {
        let (word, tail) = split_word(rest);
        end = from.len() - rest.len() + word.len();
        rest = tail;
        at += 1;
    }
    &from[..end]
}

/// The first word of a text without space at its start, and what follows it and the space after it.
pub(super) fn split_word(text: &[u8]) -> (&[u8], &[u8]) {
    let len = find_space(text).unwrap_or(text.len());
    (&text[..len], trim_start(&text[len..]))
}

impl Session {
    /// `$(word n,text)`
    pub(super) fn word(&mut self, n: &[u8], text: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let n = self.number_argument(n, "first", "word")?;
        // 4.3 reads no sign; a number too large for it may still come out negative, and finds no word.
        if n == 0 || (n < 0 && self.identity().is_4_4()) {
            return Err(self.fatal(self.place(), "first argument to 'word' function must be greater than 0"));
        }
        if let Some(word) = usize::try_from(n - 1).ok().and_then(|n| split(text).nth(n)) {
            out.extend_from_slice(word);
        }
        Ok(())
    }

    /// `$(wordlist first,last,text)`
    pub(super) fn wordlist(
        &mut self,
        first: &[u8],
        last: &[u8],
        text: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<()> {
        // Both are read before either is found to be too small in 4.3, one after the other in 4.4.
        let new = self.identity().is_4_4();
        let from = self.number_argument(first, "first", "wordlist")?;
        if new && from < 1 {
            return Err(self.bad_word_number(from, "first"));
        }
        let to = self.number_argument(last, "second", "wordlist")?;
        if !new && from < 1 {
            return Err(self.bad_word_number(from, "first"));
        }
        if new && to < 0 {
            return Err(self.bad_word_number(to, "second"));
        }
        out.extend_from_slice(words_between(text, from, to));
        Ok(())
    }

    fn bad_word_number(&self, n: i64, which: &str) -> crate::Fatal {
        self.not_a_number(n.to_string().as_bytes(), "invalid", which, "wordlist", b"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(f: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = b"|".to_vec();
        f(&mut out);
        String::from_utf8(out).unwrap()[1..].to_string()
    }

    fn p(pattern: &str, replacement: &str, text: &str) -> String {
        run(|out| patsubst(pattern.as_bytes(), replacement.as_bytes(), text.as_bytes(), out))
    }

    #[test]
    fn subst_replaces_from_left_to_right_and_the_empty_text_at_the_end() {
        let s = |from: &str, to: &str, text: &str| {
            run(|out| subst(from.as_bytes(), to.as_bytes(), text.as_bytes(), out))
        };
        assert_eq!(s("aa", "b", "aaa"), "ba");
        assert_eq!(s("a", "", " aba "), " b ");
        assert_eq!(s("", "x", "a b"), "a bx");
    }

    #[test]
    fn patsubst_replaces_words_and_the_first_percent() {
        assert_eq!(p("%.c", "%.o", "x.c.c bar.c  q .c"), "x.c.o bar.o q .o");
        assert_eq!(p("%", "x%y%", "a b"), "xay% xby%");
        assert_eq!(p("a%", "x", "a ab b"), "x x b");
        assert_eq!(p("a%a", "x", "a aa"), "a x");
    }

    #[test]
    fn backslashes_quote_percents_in_patsubst() {
        assert_eq!(p("%", "x\\%y%", "a b"), "x%ya x%yb");
        assert_eq!(p("%", "x\\\\%y%", "a"), "x\\ay%");
        assert_eq!(p("a\\%", "x%", "a% ab"), "x% ab");
        assert_eq!(p("\\a%", "\\b%", "\\ax ax"), "\\bx ax");
    }

    #[test]
    fn patsubst_without_percent_keeps_white_space() {
        assert_eq!(p("a", "b", "a  ab   a "), "b  ab   b ");
        assert_eq!(p("a b", "x", "a b a  b xa b"), "x a  b xa b");
        assert_eq!(p("", "x", "a  b"), "a  b");
        assert_eq!(p("", "x", "a "), "a x");
        assert_eq!(p("", "x", ""), "x");
    }

    #[test]
    fn a_word_replaced_by_nothing_takes_its_space_along_but_an_empty_stem_does_not() {
        assert_eq!(p("%z", "", "az b"), "b");
        assert_eq!(p("%z", "%", "b z z b"), "b   b");
        assert_eq!(p("%", " ", "a b"), "   ");
        assert_eq!(run(|out| subst_suffix(b"z", b"", b"z az", out)), " a");
    }

    #[test]
    fn suffixes_are_replaced_literally() {
        assert_eq!(run(|out| subst_suffix(b".o", b"x\\%y", b"a.o  c.oo .o", out)), "ax\\%y c.oo x\\%y");
        assert_eq!(run(|out| subst_suffix(b"", b".x", b"a b", out)), "a.x b.x");
    }

    #[test]
    fn filter_keeps_order_and_repetition_with_few_and_many_patterns() {
        let f =
            |patterns: &str, keep| run(|out| filter(patterns.as_bytes(), b"a.c b.h  a.o a.c q", keep, out));
        assert_eq!(f("%.c a.o", true), "a.c a.o a.c");
        assert_eq!(f("%.c a.o", false), "b.h q");
        assert_eq!(f("1 2 3 4 5 6 7 8 9 a.o b%", true), "b.h a.o");
        assert_eq!(f("1 2 3 4 5 6 7 8 9 a.o b%", false), "a.c a.c q");
        assert_eq!(f("", false), "a.c b.h a.o a.c q");
        assert_eq!(run(|out| filter(b"a\\%b", b"a%b axb", true, out)), "a%b");
    }

    #[test]
    fn sort_orders_by_bytes_and_drops_repetition() {
        let s = |text: &str| run(|out| sort(text.as_bytes(), out));
        assert_eq!(s("ab a\tA B _ a "), "A B _ a ab");
        assert_eq!(s("directory9 directory10 directory ~"), "directory directory10 directory9 ~");
        assert_eq!(s("a a\u{e9} ab \u{e9}b \u{e9}"), "\u{e9} \u{e9}b a ab a\u{e9}");
        assert_eq!(s(""), "");
    }

    #[test]
    fn wordlist_keeps_the_space_between_words_only() {
        let w = |first, last| String::from_utf8(words_between(b" a  b\tc ", first, last).to_vec()).unwrap();
        assert_eq!(w(1, 2), "a  b");
        assert_eq!(w(2, i64::MAX), "b\tc");
        assert_eq!(w(2, 1), "");
        assert_eq!(w(4, 5), "");
        assert_eq!(w(i64::MAX, i64::MAX), "");
    }

    #[test]
    fn first_and_last_words() {
        assert_eq!(run(|out| firstword(b" a b ", out)), "a");
        assert_eq!(run(|out| lastword(b" a b ", out)), "b");
        assert_eq!(run(|out| lastword(b"  ", out)), "");
        assert_eq!(run(|out| words(b" a  b\n", out)), "2");
    }
}
