//! The nearest of many names to one that is misspelt.

use rkbuild_base::{BStr, BString, ByteSlice};

/// How far two words are apart: characters put in, left out, changed, or two swapped.
pub fn distance(a: &[u8], b: &[u8]) -> usize {
    strsim::osa_distance(&a.to_str_lossy(), &b.to_str_lossy())
}

/// How many characters may be wrong in a word.
fn most_wrong(word: &[u8]) -> usize {
    match word.len() {
        0..3 => 0,
        3..5 => 1,
        5..12 => 2,
        _ => 3,
    }
}

/// The nearest name, if there is one that is near and no other is as near.
pub fn nearest<'a>(word: &[u8], names: impl Iterator<Item = &'a BStr>) -> Option<BString> {
    let most = most_wrong(word);
    let mut best: Option<(usize, &BStr)> = None;
    let mut alone = true;
    for name in names {
        if name.len().abs_diff(word.len()) > most || name == word {
            continue;
        }
        let apart = distance(word, name);
        match best {
            _ if apart > most => {}
            Some((least, known)) if apart == least => alone &= known == name,
            Some((least, _)) if apart > least => {}
            _ => (best, alone) = (Some((apart, name)), true),
        }
    }
    best.filter(|_| alone).map(|(_, name)| name.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(word: &str, names: &[&str]) -> Option<String> {
        nearest(word.as_bytes(), names.iter().map(|name| BStr::new(*name))).map(|name| name.to_string())
    }

    #[test]
    fn the_nearest_is_found_where_it_is_near_and_alone() {
        assert_eq!(of("modles", &["modules", "all"]), Some("modules".into()));
        assert_eq!(of("moduels", &["modules", "vmlinux"]), Some("modules".into()));
        assert_eq!(of("isntall", &["install"]), Some("install".into()));
        assert_eq!(of("xyz", &["modules", "all"]), None);
        assert_eq!(of("al", &["all"]), None);
        assert_eq!(of("tesd", &["test", "tesa"]), None);
        assert_eq!(
            of("x86_64_defconfg", &["x86_64_defconfig", "i386_defconfig"]),
            Some("x86_64_defconfig".into())
        );
    }
}
