//! Prerequisites as records list them. Thousands of lists name the same few thousand headers, so a list is kept as the numbers of
//! its files, and becomes prerequisites like any others only when somebody has to see them one by one.
//!
//! The files themselves are in the table of targets from the start, once each, with all that a rule would have said of them.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rkbuild_base::text::words;
use rkbuild_base::{BString, FxMap, FxSet, Name};
use rkbuild_syntax::bytes::Unwritten;
use rkbuild_syntax::{LineId, Lists};

use crate::target::{Dep, FileId, Targets};

/// A list as a record has it, with which of its words count.
#[derive(Debug)]
pub struct Words {
    lists: Arc<Lists>,
    lines: Box<[LineId]>,
    /// For each line a bit: its file stands in the list.
    there: Box<[u64]>,
}

impl Words {
    /// The words `lines`, of which those that only count if their file is there are asked `is_there` of.
    pub fn new(lists: Arc<Lists>, lines: &[LineId], mut is_there: impl FnMut(LineId) -> bool) -> Words {
        let mut there = vec![0u64; lines.len().div_ceil(64)];
        for (chunk, bits) in lines.chunks(64).zip(&mut there) {
            for (n, id) in chunk.iter().enumerate() {
                *bits |= u64::from(!id.if_there() || is_there(*id)) << n;
            }
        }
        Words { lists, lines: lines.into(), there: there.into() }
    }

    fn has(&self, at: usize) -> bool {
        self.there.get(at / 64).is_some_and(|bits| bits >> (at % 64) & 1 == 1)
    }

    /// The lines whose words count, in order.
    pub fn lines(&self) -> impl Iterator<Item = LineId> + '_ {
        self.lines.iter().enumerate().filter(|(at, _)| self.has(*at)).map(|(_, id)| *id)
    }

    /// At most so many words count.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

/// The list, expanded: a word that does not count leaves the blank after it.
impl Unwritten for Words {
    fn write(&self) -> BString {
        let mut value = Vec::new();
        for (at, id) in self.lines.iter().enumerate() {
            if self.has(at) {
                value.extend_from_slice(self.lists.line(*id).written);
            }
            value.push(b' ');
        }
        value.into()
    }

    fn words(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Vec<BString> {
        let written = self.lines().map(|id| self.lists.line(id).written);
        written.filter(|word| wanted(word)).map(BString::from).collect()
    }
}

/// The names of the prerequisites of a target that has a list, for `$^` and `$+`.
#[derive(Debug)]
pub struct Shown {
    /// Those before the list, and those behind it: what they are called, and what of it is shown.
    pub around: [Vec<(Name, &'static [u8])>; 2],
    /// The list.
    pub words: Arc<Words>,
}

/// Of `$+` or `$^`.
#[derive(Debug)]
pub struct ShownAs {
    /// The names.
    pub all: Arc<Shown>,
    /// Each is shown the first time only.
    pub once: bool,
}

impl ShownAs {
    fn names(&self) -> impl Iterator<Item = (Name, &'static [u8])> + '_ {
        let Shown { around: [before, behind], words } = &*self.all;
        let listed = words.lines().map(|id| words.lists.line(id)).map(|line| (line.name, line.called));
        before.iter().copied().chain(listed).chain(behind.iter().copied())
    }
}

impl Unwritten for ShownAs {
    fn write(&self) -> BString {
        let mut met = FxSet::default();
        let mut text = Vec::new();
        for (name, shown) in self.names() {
            if self.once && !met.insert(name) {
                continue;
            }
            if !text.is_empty() {
                text.push(b' ');
            }
            text.extend_from_slice(shown);
        }
        text.into()
    }

    fn words(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Vec<BString> {
        let met = RefCell::new(FxSet::default());
        let mut found = Vec::new();
        let ShownAs { all, once } = self;
        let [before, behind] = &all.around;
        let around = |names: &[(Name, &'static [u8])], found: &mut Vec<BString>| {
            for (name, shown) in names {
                // A name may have blanks in it.
                let mut words = words(shown).filter(|word| wanted(word)).peekable();
                if words.peek().is_some() && (!once || met.borrow_mut().insert(*name)) {
                    found.extend(words.map(BString::from));
                }
            }
        };
        around(before, &mut found);
        // Those of a list are each one word, and there are hundreds.
        for line in all.words.lines().map(|id| all.words.lists.line(id)) {
            if wanted(line.called) && (!once || met.borrow_mut().insert(line.name)) {
                found.push(line.called.into());
            }
        }
        around(behind, &mut found);
        found
    }

    fn has(&self, wanted: &dyn Fn(&[u8]) -> bool) -> bool {
        let Shown { around: [before, behind], words: listed } = &*self.all;
        // The few around it first.
        before.iter().chain(behind).any(|(_, shown)| words(shown).any(wanted))
            || listed.lines().any(|id| wanted(listed.lists.line(id).called))
    }
}

/// The prerequisites that a record lists for a target.
#[derive(Debug)]
pub struct Listed {
    /// They, in order.
    pub files: Rc<[FileId]>,
    /// The same as words.
    pub words: Arc<Words>,
    /// How many of the target's own prerequisites come behind them.
    pub behind: usize,
}

/// All lists of a session.
#[derive(Debug, Default)]
pub struct AllListed {
    /// In the order they were read.
    all: Vec<Listed>,
    /// The targets that have theirs still.
    by_target: FxMap<FileId, u32>,
}

impl Targets {
    /// Gives a target a list behind the prerequisites it has. It may not have one already.
    pub(crate) fn give_list(&mut self, file: FileId, listed: Listed) {
        if let Ok(at) = u32::try_from(self.listed.all.len()) {
            self.listed.by_target.insert(file, at);
            self.listed.all.push(listed);
        }
    }

    /// The list a target has.
    pub fn list_of(&self, file: FileId) -> Option<&Listed> {
        let at = *self.listed.by_target.get(&file)?;
        self.listed.all.get(at as usize)
    }

    /// Where among the prerequisites of a target its list belongs, if it has one.
    pub fn list_at(&self, file: FileId) -> Option<usize> {
        self.list_of(file).map(|listed| self[file].deps.len().saturating_sub(listed.behind))
    }

    /// That many prerequisites were added at the end of those a target has.
    pub fn added_behind_list(&mut self, file: FileId, count: usize) {
        if let Some(at) = self.listed.by_target.get(&file)
            && let Some(listed) = self.listed.all.get_mut(*at as usize)
        {
            listed.behind += count;
        }
    }

    /// Makes what is listed for a target prerequisites like any others. Gives where they begin and how many they are.
    pub fn spread(&mut self, file: FileId) -> Option<(usize, usize)> {
        let start = self.list_at(file)?;
        let at = self.listed.by_target.remove(&file)?;
        let files = &self.listed.all.get(at as usize)?.files;
        let count = files.len();
        let deps = &mut self.files.get_mut(file.index())?.deps;
        let dep =
            |file: &FileId| Dep { file: *file, order_only: false, wait: false, extra: false, explicit: true };
        let behind = deps.split_off(start);
        deps.extend(files.iter().map(dep));
        deps.extend(behind);
        Some((start, count))
    }

    /// The same for all targets.
    pub fn spread_all(&mut self) {
        let mut files: Vec<FileId> = self.listed.by_target.keys().copied().collect();
        files.sort_unstable();
        for file in files {
            self.spread(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use rkbuild_base::Names;

    use super::*;

    #[test]
    fn wanted_words_are_those_of_what_would_be_written_down() {
        let (lists, names) = (Arc::new(Lists::default()), Names::new());
        let (ids, _) = lists.read(b"  ./a.h \\\n  FORCE \\\n  a.h \\\n  b.h \\\n\n", &names).expect("a list");
        let words = Arc::new(Words::new(lists.clone(), &ids, |_| true));
        let around = |text: &[&'static str]| {
            Vec::from_iter(text.iter().map(|t| (names.intern(t.as_bytes()), t.as_bytes())))
        };
        let all =
            Arc::new(Shown { around: [around(&["x.c", "FORCE", "b.h y"]), around(&["b.h", "x.c"])], words });
        for (once, written) in
            [(true, "x.c FORCE b.h y a.h b.h"), (false, "x.c FORCE b.h y a.h FORCE a.h b.h b.h x.c")]
        {
            let shown = ShownAs { all: all.clone(), once };
            assert_eq!(shown.write(), written);
            for wanted in ["FORCE", "a.h", "b.h", "y", "x.c", "no"] {
                let found = shown.words(&|word| word == wanted.as_bytes());
                let want =
                    Vec::from_iter(written.split(' ').filter(|word| *word == wanted).map(BString::from));
                // A name of two words is another one than its first word.
                assert_eq!(found, want, "{wanted}");
            }
        }
    }
}
