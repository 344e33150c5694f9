//! Which words of a command line differ from those of the one before.

use rkbuild_base::{BString, ByteSlice, FxMap};

/// What differs between two command lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Words that were replaced: the old one and the new one.
    pub replaced: Vec<(BString, BString)>,
    /// Words that went.
    pub removed: Vec<BString>,
    /// Words that came.
    pub added: Vec<BString>,
    /// The same words in another order.
    pub order: bool,
}

impl Difference {
    /// Between `old` and `new`; `None` where both are the same but for white space.
    pub fn between(old: &[u8], new: &[u8]) -> Option<Difference> {
        let (old, new) = (split(old), split(new));
        if old == new {
            return None;
        }
        let mut removed = without(&old, &new);
        let mut added = without(&new, &old);
        let mut difference =
            Difference { order: removed.is_empty() && added.is_empty(), ..Difference::default() };
        // A word of the same kind takes the place of the one before; a single one that of any other.
        let single = removed.len() == 1 && added.len() == 1;
        let mut at = 0;
        while let Some(old) = removed.get(at) {
            let partner = added.iter().position(|new| kind(new) == kind(old));
            match partner.or(single.then_some(0)) {
                Some(partner) => difference.replaced.push((removed.remove(at), added.remove(partner))),
                None => at += 1,
            }
        }
        difference.removed = removed;
        difference.added = added;
        Some(difference)
    }

    /// The words that are new, by which the place they come from can be found.
    pub fn new_words(&self) -> impl Iterator<Item = &BString> {
        self.replaced.iter().map(|(_, new)| new).chain(&self.added)
    }
}

/// What tells words of one kind from others: an option with its first letter, what stands before `=`.
fn kind(word: &[u8]) -> &[u8] {
    if let Some(at) = word.find_byte(b'=') {
        return &word[..at];
    }
    match word {
        [b'-', b'O' | b'g' | b'x', ..] => &word[..2],
        _ => word,
    }
}

/// Splits at white space that is not quoted. Quotes stay: the words are shown as they were written.
fn split(text: &[u8]) -> Vec<BString> {
    let mut words = Vec::new();
    let mut word = BString::default();
    let mut quote = None;
    for &c in text {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, b'\'' | b'"') => quote = Some(c),
            (None, b' ' | b'\t' | b'\n') => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            _ => {}
        }
        word.push(c);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The words of `all` that are not in `others`, as often as they are more often there.
fn without(all: &[BString], others: &[BString]) -> Vec<BString> {
    let mut count: FxMap<&BString, usize> = FxMap::default();
    for word in others {
        *count.entry(word).or_default() += 1;
    }
    let mut left = Vec::new();
    for word in all {
        match count.get_mut(word) {
            Some(more) if *more > 0 => *more -= 1,
            _ => left.push(word.clone()),
        }
    }
    left
}

/// The command line that a recipe of kbuild writes down for `target`, as it would be read back: the argument of `fixdep`, or
/// what `printf` writes. `None` for recipes that write down none.
pub fn recorded(recipe: &[u8], target: &[u8]) -> Option<BString> {
    let assign = [b"cmd_".as_slice(), target, b" := "].concat();
    let listed = [b" ".as_slice(), target, b" '"].concat();
    let from = if let Some(at) = recipe.find(&assign) {
        let before = recipe.get(..at)?;
        let quoted = before.ends_with(b"'") || before.ends_with(b"'saved");
        quoted.then_some(at + assign.len())?
    } else {
        let tool = recipe.find(b"fixdep ")?;
        tool + recipe.get(tool..)?.find(&listed)? + listed.len()
    };
    let mut rest = recipe.get(from..)?;
    let mut quoted = Vec::new();
    loop {
        let end = rest.find_byte(b'\'')?;
        quoted.extend_from_slice(&rest[..end]);
        // `'\''` stands for one quote.
        match rest.get(end..)?.strip_prefix(b"'\\''") {
            Some(more) => {
                quoted.push(b'\'');
                rest = more;
            }
            None => return Some(read_back(&quoted)),
        }
    }
}

/// A value as make reads it that kbuild wrote: `$$` is `$`, `$(pound)` is `#`.
pub fn read_back(text: &[u8]) -> BString {
    text.replace(b"$(pound)", b"#").replace(b"$$", b"$").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        let Some(found) = Difference::between(old.as_bytes(), new.as_bytes()) else { return "same".into() };
        let pairs: Vec<String> = found.replaced.iter().map(|(a, b)| format!("{a}>{b}")).collect();
        let list = |words: &[BString], sign: &str| -> Vec<String> {
            words.iter().map(|word| format!("{sign}{word}")).collect()
        };
        let mut all = [pairs, list(&found.removed, "-"), list(&found.added, "+")].concat();
        all.extend(found.order.then(|| "order".into()));
        all.join(" ")
    }

    #[test]
    fn the_words_that_differ_are_told() {
        for (old, new, want) in [
            ("gcc -O2 -c x.c", "gcc -O3 -c x.c", "-O2>-O3"),
            ("gcc -c x.c", "gcc  -c x.c ", "same"),
            ("gcc -DA=1 -c x.c", "gcc -DA=2 -DB -c x.c", "-DA=1>-DA=2 +-DB"),
            ("gcc -Wall x.c", "clang -Wextra x.c", "-gcc --Wall +clang +-Wextra"),
            ("gcc x.c", "clang x.c", "gcc>clang"),
            ("ar a b c", "ar a c", "-b"),
            ("ar a b", "ar b a", "order"),
            ("ar a a", "ar a", "-a"),
            ("cc '-DX=\"a b\"' y", "cc '-DX=\"a c\"' y", "'-DX=\"a b\"'>'-DX=\"a c\"'"),
        ] {
            assert_eq!(shown(old, new), want, "{old} / {new}");
        }
    }

    #[test]
    fn what_a_recipe_writes_down_is_what_is_read_back() {
        let by_fixdep = "set -e; gcc; scripts/basic/fixdep k/.f.o.d k/f.o 'gcc '\\''-DA=$(pound)$$'\\'' -c' > k/.f.o.cmd; rm";
        assert_eq!(recorded(by_fixdep.as_bytes(), b"k/f.o").unwrap(), "gcc '-DA=#$' -c");
        for variable in ["cmd_", "savedcmd_"] {
            let by_printf = format!("ld; printf '%s\\n' '{variable}k/b.a := rm -f k/b.a' > k/.b.a.cmd");
            assert_eq!(recorded(by_printf.as_bytes(), b"k/b.a").unwrap(), "rm -f k/b.a");
        }
        assert_eq!(recorded(b"gcc -c f.c -o f.o", b"f.o"), None);
        assert_eq!(recorded(b"fixdep .f.d f.o 'open", b"f.o"), None);
    }
}
