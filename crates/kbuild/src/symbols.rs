//! The configuration symbols that files mention, found once for each file and not for each object.

use std::sync::{Mutex, PoisonError};

use memchr::memmem;
use rkbuild_base::{ByteSlice, FxMap, FxSet, Name, Names};
use rkbuild_host::{Dir, Host, Meta, Parents, eyes};

const PREFIX: &[u8] = b"CONFIG_";
const MODULE: &[u8] = b"_MODULE";

/// What is known of files.
#[derive(Default)]
pub struct Symbols {
    names: Names,
    /// By device and inode: attributes, which tell whether it is still the same, and the symbols.
    files: Mutex<FxMap<(u64, u64), Searched>>,
}

/// The attributes a file had when it was searched, and its symbols, which are leaked as names are.
type Searched = (Meta, &'static [Name]);

impl Symbols {
    /// The symbols in a file, each once, in the order in which they stand there. `None`: it is no plain file that can be read.
    /// `parents` are those of the files of one list.
    pub fn of<'a>(
        &self,
        host: &Host,
        dir: &Dir,
        path: &'a [u8],
        parents: &mut Parents<'a>,
    ) -> Option<&'static [Name]> {
        let meta = parents.stat(path).ok()?;
        if !meta.is_file() {
            return None;
        }
        let files = || self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, symbols)) = files().get(&(meta.dev, meta.ino))
            && *known == meta
        {
            return Some(symbols);
        }
        let now = host.now_ns();
        let (text, meta) = host.read_unseen(dir, path).ok()?;
        let symbols: &'static [Name] = Box::leak(self.search(&text).into());
        // A file that is written to within the clock's grain keeps its times.
        if !eyes::is_young(&meta, now) {
            files().insert((meta.dev, meta.ino), (meta, symbols));
        }
        Some(symbols)
    }

    /// The bytes of a symbol.
    pub fn text(&self, symbol: Name) -> &'static [u8] {
        self.names.text(symbol)
    }

    /// A symbol is what follows `CONFIG_` where that begins a word, less `_MODULE` at its end. A NUL ends the text.
    fn search(&self, text: &[u8]) -> Vec<Name> {
        let text = text.find_byte(0).and_then(|end| text.get(..end)).unwrap_or(text);
        let in_word = |c: &u8| c.is_ascii_alphanumeric() || *c == b'_';
        let (mut found, mut known) = (Vec::new(), FxSet::default());
        // What belongs to the last symbol can't begin another one.
        let mut over = 0;
        for at in memmem::find_iter(text, PREFIX) {
            let begins = at.checked_sub(1).and_then(|before| text.get(before)).is_none_or(|c| !in_word(c));
            if at < over || !begins {
                continue;
            }
            let rest = text.get(at + PREFIX.len()..).unwrap_or_default();
            let word = rest.get(..rest.iter().take_while(|c| in_word(c)).count()).unwrap_or_default();
            over = at + PREFIX.len() + word.len();
            let symbol = word.strip_suffix(MODULE).unwrap_or(word);
            if !symbol.is_empty() {
                let name = self.names.intern(symbol);
                if known.insert(name) {
                    found.push(name);
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        let symbols = Symbols::default();
        let found = symbols.search(text.as_bytes());
        found.iter().map(|name| symbols.text(*name).as_bstr().to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn symbols_begin_words_and_are_told_once() {
        assert_eq!(found("CONFIG_A (CONFIG_B1,CONFIG_A) XCONFIG_C _CONFIG_D 1CONFIG_E -CONFIG_F"), "A B1 F");
        assert_eq!(found("IS_ENABLED(CONFIG_X_Y)\n#ifdef CONFIG_CONFIG_Z"), "X_Y CONFIG_Z");
        assert_eq!(found("CONFIG_ CONFIG_\u{e9} CONFIG"), "");
    }

    #[test]
    fn modules_count_for_the_symbol_itself() {
        assert_eq!(
            found("CONFIG_A_MODULE CONFIG_A CONFIG_MODULE CONFIG__MODULE CONFIG_B_MODULES"),
            "A MODULE B_MODULES"
        );
    }

    #[test]
    fn a_nul_ends_the_text() {
        assert_eq!(found("CONFIG_A\0CONFIG_B"), "A");
    }

    #[test]
    fn a_file_that_changed_is_searched_again() {
        let keep = tempfile::tempdir().unwrap();
        let (host, symbols) = (Host::new(), Symbols::default());
        let dir = Dir::current().unwrap().open(keep.path().as_os_str().as_encoded_bytes()).unwrap();
        let of = |path: &str| {
            let found = symbols.of(&host, &dir, path.as_bytes(), &mut Parents::new(&host, &dir))?;
            Some(found.iter().map(|name| symbols.text(*name).as_bstr().to_string()).collect::<Vec<_>>())
        };
        for text in ["CONFIG_A", "CONFIG_B", "CONFIG_CC"] {
            std::fs::write(keep.path().join("x.h"), text).unwrap();
            assert_eq!(of("x.h").unwrap(), [&text[7..]]);
        }
        // Old enough to be kept, and found by another name.
        let file = std::fs::File::open(keep.path().join("x.h")).unwrap();
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
        std::fs::hard_link(keep.path().join("x.h"), keep.path().join("y.h")).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert_eq!(of("y.h").unwrap(), ["CC"]);
        assert_eq!(symbols.files.lock().unwrap().len(), 1);
        assert_eq!(of("x.h").unwrap(), ["CC"]);
        std::fs::write(keep.path().join("x.h"), "CONFIG_DD").unwrap();
        assert_eq!(of("y.h").unwrap(), ["DD"]);
        assert_eq!(of("none.h"), None);
        assert_eq!(of("."), None);
    }
}
