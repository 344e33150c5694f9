//! What a compiler's list of dependencies says to fixdep, which reads it in one of two ways.

use rkbuild_base::{ByteSlice, FxSet};

/// How a list of dependencies is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grammar {
    /// As words: between spaces, backslashes and newlines; a target is a word that ends with a colon.
    Words,
    /// As lines of a makefile: a newline ends a rule, a colon its targets. A file is listed once.
    Lines,
}

/// A file in a list of dependencies.
#[derive(Debug, PartialEq, Eq)]
pub struct Dependency<'a> {
    pub path: &'a [u8],
    pub place: Place,
}

/// What becomes of a file in a list of dependencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It is the source.
    Source,
    /// It is listed.
    Listed,
    /// It is only searched for symbols: the source of a second rule.
    Searched,
}

impl Grammar {
    /// The files of a list in the order in which they stand, without those that are `ignored`. `None` for a list of an
    /// unusual form, and one without a source.
    pub fn read<'a>(self, list: &'a [u8], ignored: &dyn Fn(&[u8]) -> bool) -> Option<Vec<Dependency<'a>>> {
        if list.contains(&0) {
            return None;
        }
        let files = match self {
            Grammar::Words => words(list, ignored),
            Grammar::Lines => lines(list, ignored)?,
        };
        files.iter().any(|file| file.place == Place::Source).then_some(files)
    }
}

fn words<'a>(list: &'a [u8], ignored: &dyn Fn(&[u8]) -> bool) -> Vec<Dependency<'a>> {
    let mut files = Vec::new();
    let (mut after_target, mut source_known) = (false, false);
    let ends = memchr::memchr3_iter(b' ', b'\\', b'\n', list).chain([list.len()]);
    let mut start = 0;
    for end in ends {
        let path = list.get(start..end).unwrap_or_default();
        start = end + 1;
        if path.is_empty() {
            continue;
        }
        if path.ends_with(b":") {
            after_target = true;
        } else if !ignored(path) {
            let place = match (std::mem::take(&mut after_target), source_known) {
                (false, _) => Place::Listed,
                (true, false) => Place::Source,
                (true, true) => Place::Searched,
            };
            source_known |= place == Place::Source;
            files.push(Dependency { path, place });
        }
    }
    files
}

/// Comments and escaped characters are unusual: only rustc writes them.
fn lines<'a>(list: &'a [u8], ignored: &dyn Fn(&[u8]) -> bool) -> Option<Vec<Dependency<'a>>> {
    let (mut files, mut listed) = (Vec::new(), FxSet::default());
    let (mut in_targets, mut after_colon, mut source_known) = (true, false, false);
    let mut rest = list;
    while let Some((&first, after)) = rest.split_first() {
        match first {
            b' ' | b'\t' => rest = after,
            b'\\' => rest = after.strip_prefix(b"\n")?,
            b'\n' => {
                in_targets = true;
                rest = after;
            }
            b':' => {
                (in_targets, after_colon) = (false, true);
                rest = after;
            }
            b'#' => return None,
            _ => {
                let end = rest.find_byteset(b" \t\n:#\\").unwrap_or(rest.len());
                let (path, next) = rest.split_at(end);
                rest = next;
                if in_targets {
                    continue;
                }
                if std::mem::take(&mut after_colon) {
                    if !std::mem::replace(&mut source_known, true) {
                        files.push(Dependency { path, place: Place::Source });
                    }
                } else if !ignored(path) && listed.insert(path) {
                    files.push(Dependency { path, place: Place::Listed });
                }
            }
        }
    }
    Some(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(grammar: Grammar, list: &str) -> Option<String> {
        let files = grammar.read(list.as_bytes(), &|path| path.ends_with(b"autoconf.h"))?;
        let text = |file: &Dependency<'_>| {
            let mark = match file.place {
                Place::Source => "=",
                Place::Listed => "",
                Place::Searched => "?",
            };
            format!("{mark}{}", file.path.as_bstr())
        };
        Some(files.iter().map(text).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn the_first_file_after_a_target_is_the_source() {
        let list = "a.o: a.c \\\n  include/autoconf.h b.h \\\n b.h\n";
        assert_eq!(read(Grammar::Words, list).unwrap(), "=a.c b.h b.h");
        assert_eq!(read(Grammar::Lines, list).unwrap(), "=a.c b.h");
    }

    #[test]
    fn of_several_rules_only_the_first_has_a_source() {
        let list = "a.o: a.c b.h\nb.tmp: c.c b.h a.c\n";
        assert_eq!(read(Grammar::Words, list).unwrap(), "=a.c b.h ?c.c b.h a.c");
        assert_eq!(read(Grammar::Lines, list).unwrap(), "=a.c b.h a.c");
    }

    #[test]
    fn what_is_no_list_is_not_read() {
        for list in ["", "a.c b.h\n", "a.o:\n", "a.o: a.c\0b.h"] {
            assert_eq!(read(Grammar::Words, list), None, "{list}");
            assert_eq!(read(Grammar::Lines, list), None, "{list}");
        }
        for list in ["# comment\na.o: a.c\n", "a.o: a\\ b.c\n", "a.o: a\\#b.c", "a.o: a.c\\"] {
            assert_eq!(read(Grammar::Lines, list), None, "{list}");
        }
    }

    #[test]
    fn a_colon_ends_a_path_in_one_grammar_only() {
        assert_eq!(read(Grammar::Words, "a.o: x:y.c b.h").unwrap(), "=x:y.c b.h");
        assert_eq!(read(Grammar::Lines, "a.o: x:y.c b.h").unwrap(), "=x b.h");
    }
}
