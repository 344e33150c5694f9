//! Where a word of a command line comes from: the variable, and the line of a makefile.

use rkbuild_base::{BString, ByteSlice, FxMap, text};
use rkbuild_engine::graph::observer::{Value, Values};
use rkbuild_host::{Dir, Host};

use crate::explain::lists::{self, Lists, Look};
use crate::explain::paths;

/// Variables that hold whole commands, not what commands are made of.
const WHOLE: [&[u8]; 6] = [b"cmd_", b"savedcmd_", b"quiet_cmd_", b"deps_", b"source_", b"-*-"];

/// A variable that a make hands down, and where it was set: absolute path and line.
#[derive(Clone, Debug)]
pub struct Handed {
    place: Option<(BString, u32)>,
    origin: &'static str,
}

/// Who started a make, and what it hands down.
#[derive(Debug, Default)]
pub struct Maker {
    /// The make above.
    above: Option<u64>,
    /// What it hands down, once it starts another.
    handed: Option<FxMap<BString, Handed>>,
    /// The makefiles it read, absolute.
    makefiles: Vec<BString>,
}

impl Maker {
    /// Below the make `above`.
    pub fn below(above: Option<u64>) -> Maker {
        Maker { above, ..Maker::default() }
    }

    /// Notes what it hands down, the first time it starts another.
    pub fn hand_down(&mut self, values: &dyn Values, dir: &[u8]) {
        if self.handed.is_some() {
            return;
        }
        let handed = values.exported().into_iter().map(|value| {
            let place = split_place(&value.place).map(|(file, line)| (paths::absolute(dir, file), line));
            (value.name.into(), Handed { place, origin: value.origin })
        });
        self.handed = Some(handed.collect());
        let makefiles = values.makefiles().into_iter().filter(|file| !file.ends_with(b".cmd"));
        self.makefiles = makefiles.map(|file| paths::absolute(dir, file)).collect();
    }
}

/// `file:line`, apart.
fn split_place(place: &[u8]) -> Option<(&[u8], u32)> {
    let at = place.rfind_byte(b':')?;
    let line = place.get(at + 1..)?.to_str().ok()?.parse().ok()?;
    Some((&place[..at], line))
}

/// What a look for a word may use.
pub struct Sources<'a> {
    /// The variables of the recipe.
    pub values: &'a dyn Values,
    /// The make it is in, and its directory.
    pub make: u64,
    pub dir: &'a Dir,
    /// All makes.
    pub makers: &'a FxMap<u64, Maker>,
    /// The lists of their makefiles.
    pub lists: &'a mut Lists,
    pub host: &'a Host,
    /// The directory that names are shown from.
    pub top: &'a [u8],
}

impl<'a> Sources<'a> {
    /// The lines of makefiles that have a target made for the sake of options; empty where there are none.
    pub fn why_made(&mut self, target: &[u8]) -> String {
        let look = self.look();
        self.lists.why_made(target, &look)
    }

    /// `KCFLAGS, command line` or `ccflags-y, drivers/x/Makefile:3`, for a word of the command line of `target` that is new, or
    /// is gone; `None` where nothing is known to have the word.
    pub fn of(&mut self, word: &[u8], target: &[u8], is_new: bool) -> Option<String> {
        let look = self.look();
        let listed = if lists::is_made(word) {
            self.lists.why_listed(word, target, &look)
        } else if is_new {
            String::new()
        } else {
            self.lists.why_gone(word, &look)
        };
        match listed.is_empty() {
            true if is_new => self.set(word, &look),
            true => None,
            false => Some(listed),
        }
    }

    /// What a look into the lists of makefiles uses: those of this make and those above, without kbuild's records.
    fn look(&self) -> Look<'a> {
        let mut makefiles: Vec<BString> = self.values.makefiles().into_iter().map(BString::from).collect();
        makefiles.retain(|file| !file.ends_with(b".cmd"));
        for file in &mut makefiles {
            *file = paths::absolute(self.dir.path(), file);
        }
        let mut above = self.makers.get(&self.make).and_then(|maker| maker.above);
        while let Some(maker) = above.and_then(|make| self.makers.get(&make)) {
            let more: Vec<_> =
                maker.makefiles.iter().filter(|file| !makefiles.contains(file)).cloned().collect();
            makefiles.extend(more);
            above = maker.above;
        }
        Look { host: self.host, dir: self.dir, values: self.values, makefiles, top: self.top }
    }

    /// The variable that has a word, and where it got it.
    fn set(&mut self, word: &[u8], look: &Look<'_>) -> Option<String> {
        let whole = |value: &Value| WHOLE.iter().any(|prefix| value.name.starts_with(prefix));
        let mut found: Vec<Value> = self.values.with_word(word).into_iter().filter(|v| !whole(v)).collect();
        // The one that holds the least besides.
        found.sort_by_key(|value| (text::words(&value.text).count(), value.name));
        let value = found.first()?;
        let name = value.name.as_bstr();
        if let Some((file, line)) = split_place(&value.place) {
            if let Some(entry) = self.lists.entry(value.name, word, look) {
                return Some(entry);
            }
            let file = paths::absolute(self.dir.path(), file);
            let makefiles = self.values.makefiles();
            let makefiles: Vec<BString> =
                makefiles.iter().map(|file| paths::absolute(self.dir.path(), file)).collect();
            return Some(format!("{name}, {}", self.line(value.name, word, (&file, line), &makefiles)));
        }
        if value.origin == "environment"
            && let Some((maker, handed)) = self.handed_by(value)
        {
            return Some(match &handed.place {
                Some((file, line)) => {
                    format!("{name}, {}", self.line(value.name, word, (file, *line), &maker.makefiles))
                }
                None => format!("{name}, {}", handed.origin),
            });
        }
        Some(format!("{name}, {}", value.origin))
    }

    /// The make above that handed a variable down.
    fn handed_by(&self, value: &Value) -> Option<(&Maker, &Handed)> {
        let mut make = self.makers.get(&self.make)?.above;
        while let Some(maker) = make.and_then(|make| self.makers.get(&make)) {
            if let Some(handed) = maker.handed.as_ref().and_then(|all| all.get(value.name)) {
                return Some((maker, handed));
            }
            make = maker.above;
        }
        None
    }

    /// The last line that names the variable and the word; else where the variable was last set.
    fn line(&self, name: &[u8], word: &[u8], set: (&BString, u32), makefiles: &[BString]) -> String {
        let (file, line) = set;
        let others = makefiles.iter().filter(|other| *other != file);
        for path in std::iter::once(file).chain(others) {
            let Ok((contents, _)) = self.host.read_unseen(self.dir, path) else { continue };
            let names = |text: &[u8]| {
                text.find(name).is_some() && text.find(word).is_some() && !text.trim_start().starts_with(b"#")
            };
            let at = contents.split(|c| *c == b'\n').enumerate().filter(|(_, text)| names(text)).last();
            if let Some((at, _)) = at {
                return format!("{}:{}", paths::shown(self.top, path), at + 1);
            }
        }
        format!("{}:{line}", paths::shown(self.top, file))
    }
}
