//! Lists of file names as makefiles write them: words, quoting, `~`, wildcards, archive members.

use rkbuild_base::BString;
use rkbuild_base::text::{is_blank, is_space};

use crate::target::strip_dot_slash;
use crate::{Session, archive};

/// How [`Session::file_sequence`] reads a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wildcards {
    /// Names with `*`, `?` or `[` stand for the files that exist; with none, for themselves.
    Expand,
    /// They are kept as written.
    Keep,
}

/// True when `name` holds a character that a wildcard pattern is made of.
pub fn has_wildcard(name: &[u8]) -> bool {
    memchr::memchr3(b'*', b'?', b'[', name).is_some()
}

/// Splits a list at unquoted blanks; a line break separates only after a blank, else it is part of the name. A backslash
/// quotes blanks and the characters in `special` (it is dropped then); any other backslash stays.
pub fn split_words(text: &[u8], special: &[u8]) -> Vec<BString> {
    let mut words = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if is_space(text[at]) {
            at += 1;
            continue;
        }
        let mut word = BString::default();
        while at < text.len() && !is_blank(text[at]) {
            let rest = &text[at..];
            let plain = rest.iter().position(|c| is_blank(*c) || *c == b'\\').unwrap_or(rest.len());
            if plain > 0 {
                word.extend_from_slice(&rest[..plain]);
                at += plain;
                continue;
            }
            let slashes = text[at..].iter().take_while(|c| **c == b'\\').count();
            let next = text.get(at + slashes).copied();
            at += slashes;
            match next {
                Some(c) if is_blank(c) || special.contains(&c) => {
                    word.extend(std::iter::repeat_n(b'\\', slashes / 2));
                    if slashes % 2 == 1 {
                        word.push(c);
                        at += 1;
                    } else if is_blank(c) {
                        break;
                    }
                }
                _ => word.extend(std::iter::repeat_n(b'\\', slashes)),
            }
        }
        words.push(word);
    }
    words
}

/// Joins `lib(a b)`, which was split at its blanks, into `lib(a)` and `lib(b)`.
pub(crate) fn archive_groups(words: Vec<BString>) -> Vec<BString> {
    let mut out: Vec<BString> = Vec::with_capacity(words.len());
    let mut group: Option<(BString, Vec<BString>)> = None;
    for word in words {
        if let Some((archive, mut members)) = group.take() {
            match word.strip_suffix(b")") {
                Some(last) => {
                    members.push(last.into());
                    out.extend(members.iter().filter(|m| !m.is_empty()).map(|m| member(&archive, m)));
                }
                None => {
                    members.push(word);
                    group = Some((archive, members));
                }
            }
            continue;
        }
        match memchr::memchr(b'(', &word) {
            Some(open) if open > 0 && !word.ends_with(b")") && memchr::memchr(b')', &word).is_none() => {
                group = Some((word[..open].into(), vec![word[open + 1..].into()]));
            }
            _ => out.push(word),
        }
    }
    // An archive whose bracket is never closed is not one: the words stand as they were.
    if let Some((archive, members)) = group {
        let mut members = members.into_iter();
        let first = members.next().unwrap_or_default();
        out.push([&archive[..], b"(", &first].concat().into());
        out.extend(members);
    }
    out
}

fn member(archive: &[u8], member: &[u8]) -> BString {
    let mut name = BString::from(archive);
    name.push(b'(');
    name.extend_from_slice(member);
    name.push(b')');
    name
}

impl Session {
    /// The file names of a list of targets or prerequisites: quoting undone, `~` and archive groups expanded,
    /// leading `./` dropped, and wildcards as asked. `special` are further characters a backslash quotes.
    pub fn file_sequence(&self, text: &[u8], special: &[u8], wildcards: Wildcards) -> Vec<BString> {
        let words = split_words(text, special);
        let words = if memchr::memchr(b'(', text).is_some() { archive_groups(words) } else { words };
        let mut out = Vec::with_capacity(words.len());
        for word in words {
            self.file_names(word, wildcards, true, &mut out);
        }
        out
    }

    /// The same where there are no members of archives: names of makefiles.
    pub fn plain_file_sequence(&self, text: &[u8]) -> Vec<BString> {
        let mut out = Vec::new();
        for word in split_words(text, b"") {
            self.file_names(word, Wildcards::Expand, false, &mut out);
        }
        out
    }

    /// What one word of a list stands for.
    fn file_names(&self, word: BString, wildcards: Wildcards, archives: bool, out: &mut Vec<BString>) {
        let word: BString = match strip_dot_slash(&word) {
            stripped if stripped.len() == word.len() => word,
            stripped => stripped.into(),
        };
        let word = if word.starts_with(b"~") { self.expand_tilde(&word) } else { word };
        if wildcards == Wildcards::Keep || !has_wildcard(&word) {
            out.push(word);
            return;
        }
        if let Some((archive, pattern)) = archive::split(&word).filter(|_| archives) {
            let before = out.len();
            for archive in self.glob(archive) {
                self.archive_members(&archive, pattern, out);
            }
            if out.len() == before {
                out.push(word);
            }
            return;
        }
        let found = self.glob(&word);
        if found.is_empty() { out.push(word) } else { out.extend(found) }
    }

    /// The members of an archive that match a pattern, in order of their names.
    fn archive_members(&self, archive: &[u8], pattern: &[u8], out: &mut Vec<BString>) {
        if !has_wildcard(pattern) {
            out.push(member(archive, pattern));
            return;
        }
        let data = match self.host().read(&self.dir, archive) {
            Ok(data) => data,
            Err(error) => return self.note_scarce(archive, &error),
        };
        let mut names: Vec<BString> = archive::members(&data)
            .into_iter()
            .flatten()
            .filter(|m| rkbuild_host::matches(pattern, &m.name))
            .map(|m| member(archive, &m.name))
            .collect();
        names.sort();
        out.append(&mut names);
    }

    /// `~` and `~user` at the start of a name, as the shell reads them.
    pub fn expand_tilde(&self, name: &[u8]) -> BString {
        let Some(rest) = name.strip_prefix(b"~") else { return name.into() };
        let len = memchr::memchr(b'/', rest).unwrap_or(rest.len());
        let (user, tail) = rest.split_at(len);
        let home = if user.is_empty() {
            // The variable wins over the environment it usually comes from.
            let value = self.shared.lang.names.get(b"HOME").and_then(|n| self.vars.lookup(n)).map(|v| {
                let data = v.data.borrow();
                data.value.bytes.clone()
            });
            let given = value.filter(|v| !v.is_empty()).or_else(|| self.env.get(b"HOME").map(BString::from));
            given.filter(|home| !home.is_empty()).or_else(|| self.host().home_dir(None))
        } else {
            self.host().home_dir(Some(user))
        };
        match home {
            Some(mut home) => {
                home.extend_from_slice(tail);
                home
            }
            None => name.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslashes_quote_blanks_and_special_characters_only() {
        let got = split_words(b"a\\ b c\\:d e\\f g\\\\ h", b":");
        assert_eq!(got, ["a b", "c:d", "e\\f", "g\\", "h"]);
    }

    #[test]
    fn archive_groups_give_one_name_for_each_member() {
        let words = split_words(b"x lib(a b.o  c) y", b"");
        assert_eq!(archive_groups(words), ["x", "lib(a)", "lib(b.o)", "lib(c)", "y"]);
        assert_eq!(archive_groups(split_words(b"lib(a b", b"")), ["lib(a", "b"]);
    }
}
