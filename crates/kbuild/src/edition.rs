//! The editions of fixdep that are known: what each does differently, and the sources that are of it.

use rkbuild_base::Name;
use rkbuild_host::eyes;

use crate::depfile::{Dependency, Grammar, Place};

/// What one edition of fixdep does differently from others.
#[derive(Debug, PartialEq, Eq)]
pub struct Edition {
    /// What the variable of the command begins with.
    command: &'static str,
    grammar: Grammar,
    /// Ends of the names of files that are left out.
    ignored: &'static [&'static str],
    /// Ends of the names of files that are listed and not searched for symbols.
    unsearched: &'static [&'static str],
}

/// Up to Linux 6.2.
static WORDS: Edition = Edition {
    command: "cmd_",
    grammar: Grammar::Words,
    ignored: &["include/generated/autoconf.h", "include/generated/autoksyms.h"],
    unsearched: &[],
};

/// Since Linux 6.9.
static LINES: Edition = Edition {
    command: "savedcmd_",
    grammar: Grammar::Lines,
    ignored: &["include/generated/autoconf.h"],
    unsearched: &[".rlib", ".rmeta", ".so"],
};

/// The hashes of sources whose programs do what the edition says. Each is compared with its program by
/// `cargo xtask tools`.
static SOURCES: [(u128, &Edition); 2] = [
    // Linux 6.1.
    (0xf5f4_42fb_adc2_cd59_23ed_5e08_4e75_0fcb, &WORDS),
    // Linux 6.12.
    (0xe6fe_c51f_3c2b_9e80_3959_c106_44a6_232f, &LINES),
];

impl Edition {
    /// The edition of a source, if it is known.
    pub fn of_source(source: &[u8]) -> Option<&'static Edition> {
        let hash = eyes::hash(source);
        SOURCES.iter().find(|(known, _)| *known == hash).map(|(_, edition)| *edition)
    }

    /// What fixdep writes for the list `list`, called with `target` and `line`. `symbols` gives those in a file, and
    /// `text` the bytes of one. `None`: something is unusual, and may be an error.
    pub fn record<'a>(
        &self,
        list: &'a [u8],
        target: &[u8],
        line: &[u8],
        mut symbols: impl FnMut(&'a [u8]) -> Option<&'static [Name]>,
        text: impl Fn(Name) -> &'static [u8],
    ) -> Option<Vec<u8>> {
        let ends = |path: &[u8], all: &[&str]| all.iter().any(|end| path.ends_with(end.as_bytes()));
        let files = self.grammar.read(list, &|path| ends(path, self.ignored))?;
        let mut record = Vec::with_capacity(list.len() * 2 + line.len() + 4096);
        let mut write = |parts: &[&[u8]]| parts.iter().for_each(|part| record.extend_from_slice(part));
        write(&[self.command.as_bytes(), target, b" := ", line, b"\n\n"]);
        let mut told = Told::default();
        for Dependency { path, place } in files {
            match place {
                Place::Source => {
                    write(&[b"source_", target, b" := ", path, b"\n\ndeps_", target, b" := \\\n"]);
                }
                Place::Listed => write(&[b"  ", path, b" \\\n"]),
                Place::Searched => {}
            }
            if ends(path, self.unsearched) {
                continue;
            }
            for symbol in symbols(path)?.iter() {
                if told.first_time(*symbol) {
                    write(&[b"    $(wildcard include/config/", text(*symbol), b") \\\n"]);
                }
            }
        }
        write(&[b"\n", target, b": $(deps_", target, b")\n\n$(deps_", target, b"):\n"]);
        Some(record)
    }
}

/// The symbols a record has told of, by their numbers.
#[derive(Default)]
struct Told(Vec<u64>);

impl Told {
    fn first_time(&mut self, symbol: Name) -> bool {
        let (word, bit) = (symbol.index() as usize / 64, 1 << (symbol.index() % 64));
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0.get_mut(word).is_some_and(|bits| std::mem::replace(bits, *bits | bit) & bit == 0)
    }
}
