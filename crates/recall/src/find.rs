//! What `find` compares the times of: whose times matter to what it gives.

use bstr::{BStr, ByteSlice};

/// Tests that take a word, and let only some files by.
const BY_NAME: [&str; 2] = ["-name", "-path"];

/// Other words with their number of arguments, which have nothing to do with times.
const OTHERS: [(&str, usize); 6] =
    [("-type", 1), ("-maxdepth", 1), ("-mindepth", 1), ("-print", 0), ("-print0", 0), ("-a", 0)];

/// The names, without directories, of all files whose times `find` may compare with these arguments. `None` where they are not
/// known: it compares those of whatever it meets, or does more than filter by one test after the other.
pub(crate) fn compared<'a>(arguments: &[&'a BStr]) -> Option<Vec<&'a BStr>> {
    if !arguments.iter().any(|word| word.starts_with(b"-newer")) {
        return Some(Vec::new());
    }
    let begins = |word: &BStr| matches!(word.first(), Some(b'-' | b'(' | b'!'));
    let options = arguments.iter().copied().skip_while(|word| *word == "-P");
    let mut words = options.skip_while(|word| !begins(word));
    let mut only = None;
    let mut names = Vec::new();
    while let Some(word) = words.next() {
        if BY_NAME.iter().any(|test| word == *test) {
            let name = words.next()?;
            if only.is_none() && name.find_byteset(b"*?[\\").is_none() {
                only = name.rsplit_str("/").next().map(BStr::new);
            }
        } else if word == "-newer" {
            let than = words.next()?;
            names.push(only?);
            names.push(than.rsplit_str("/").next().map(BStr::new)?);
        } else {
            let (_, more) = OTHERS.iter().find(|(other, _)| word == *other)?;
            for _ in 0..*more {
                words.next()?;
            }
        }
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(arguments: &str) -> Option<String> {
        let words: Vec<&BStr> = arguments.split(' ').map(BStr::new).collect();
        compared(&words).map(|names| bstr::join(" ", names).to_str().unwrap().to_string())
    }

    #[test]
    fn times_of_files_of_one_name_are_compared() {
        assert_eq!(of(". -path ./.config -newer include/config/auto.conf").unwrap(), ".config auto.conf");
        assert_eq!(of("a b -type f -name x.c -newer y -print").unwrap(), "x.c y");
        assert_eq!(of(". -name *.c").unwrap(), "");
        assert_eq!(of(". -size 3 -prune -o -print").unwrap(), "");
    }

    #[test]
    fn whose_times_are_compared_is_not_known() {
        for arguments in [
            ". -newer x",
            ". -newer x -name y",
            ". -name *.c -newer x",
            ". -path ./a*b -newer x",
            ". ! -name y -newer x",
            ". -name y -o -newer x",
            ". ( -name y ) -newer x",
            "-L . -name y -newer x",
            ". -name y -newermt 2020-01-01",
            ". -name y -newer",
            ". -name y -newer x -exec cat {} ;",
        ] {
            assert_eq!(of(arguments), None, "{arguments}");
        }
    }
}
