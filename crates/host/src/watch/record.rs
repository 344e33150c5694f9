//! What a watch has seen so far, and at its end what of it is a fact, a change, or of no account.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use rustix::fs::{AtFlags, CWD};
use rustix::time::ClockId;

use super::{Asked, Change, ChangeKind, Found, Program, Reason, Seen, Uses, Watched};
use crate::{Exit, Meta};

/// Times that are no older than this when a file is opened may not tell whether it was written afterwards: some file systems
/// count in steps of two seconds.
const GRAIN_NS: i64 = 2_000_000_000;

type Map<T> = IndexMap<BString, T, FxBuildHasher>;

/// A name the programs may have changed.
#[derive(Debug)]
struct Touched {
    before: Found,
    /// Not only opened for writing, but written.
    surely: bool,
    /// What is below it, when it is a directory, is of the programs' making too: it was made, moved or removed.
    below: bool,
}

#[derive(Debug)]
pub(super) struct Record {
    began_ns: i64,
    programs: IndexMap<(BString, Vec<BString>, bool), u32, FxBuildHasher>,
    seen: Map<Seen>,
    touched: Map<Touched>,
    pub reasons: BTreeSet<Reason>,
    pub asked: BTreeSet<Asked>,
    pub stops: u64,
}

impl Record {
    pub(super) fn new() -> Record {
        Record {
            began_ns: crate::clock_ns(ClockId::Realtime),
            programs: IndexMap::default(),
            seen: Map::default(),
            touched: Map::default(),
            reasons: BTreeSet::new(),
            asked: BTreeSet::new(),
            stops: 0,
        }
    }

    pub(super) fn program(&mut self, path: BString, arguments: Vec<BString>, script: bool) {
        *self.programs.entry((path, arguments, script)).or_default() += 1;
    }

    /// Whether nothing was changed so far.
    pub(super) fn is_untouched(&self) -> bool {
        self.touched.is_empty()
    }

    /// Whether what is found at `path` is of the programs' own making.
    pub(super) fn is_own(&self, path: &[u8]) -> bool {
        if self.touched.is_empty() {
            return false;
        }
        if self.touched.contains_key(path.as_bstr()) {
            return true;
        }
        let mut at = path;
        while let Some(end) = at.rfind_byte(b'/').filter(|end| *end > 0) {
            at = at.get(..end).unwrap_or_default();
            if self.touched.get(at.as_bstr()).is_some_and(|touched| touched.below) {
                return true;
            }
        }
        false
    }

    /// A look, which counts if what it found is not of the programs' own making.
    pub(super) fn look(&mut self, path: BString, found: Found, uses: Uses) {
        self.entry(path, found, uses);
    }

    fn entry(&mut self, path: BString, found: Found, uses: Uses) -> Option<&mut Seen> {
        if self.is_own(&path) {
            return None;
        }
        let entry = self.seen.entry(path);
        let path = entry.key().clone();
        let seen =
            entry.or_insert_with(|| Seen { path, found, uses: Uses::default(), target: None, names: None });
        seen.uses = seen.uses.and(uses);
        Some(seen)
    }

    /// A symbolic link that was passed or read.
    pub(super) fn link(&mut self, path: BString, meta: Meta, target: BString) {
        if let Some(seen) = self.entry(path, Found::Is(meta), Uses::LINK) {
            seen.target.get_or_insert(target);
        }
    }

    /// Whether a directory's names are known already.
    pub(super) fn is_listed(&self, path: &[u8]) -> bool {
        self.seen.get(path.as_bstr()).is_some_and(|seen| seen.names.is_some())
    }

    /// A directory that was listed, and the names in it, in order. Where some are of the programs' own making, the names that were
    /// there before count: what came of these the programs know by themselves.
    pub(super) fn list(&mut self, path: BString, found: Found, mut names: Vec<BString>) {
        let mut own = false;
        for (name, touched) in self.touched.iter().filter_map(|(file, touched)| {
            let end = file.rfind_byte(b'/')?;
            (file.get(..end.max(1)) == Some(path.as_slice())).then(|| (file.get(end + 1..), touched))
        }) {
            let name = name.unwrap_or_default().as_bstr();
            own = true;
            match (names.binary_search_by(|other| other.as_bstr().cmp(name)), touched.before) {
                (Ok(at), Found::Missing(_)) => drop(names.remove(at)),
                (Err(at), Found::Is(_)) => names.insert(at, name.to_owned()),
                _ => {}
            }
        }
        if own {
            self.reasons.insert(Reason::ListedOwn(path.clone()));
        }
        if let Some(seen) = self.entry(path, found, Uses::LIST) {
            seen.names.get_or_insert(names);
        }
    }

    /// A name that is about to be changed.
    pub(super) fn touch(&mut self, path: BString, before: Found, surely: bool, below: bool) {
        let below = below || matches!(before, Found::Missing(_));
        if self.is_own(&path) && !self.touched.contains_key(&path) {
            // In a directory of our own everything is: what is there was not there before.
            self.touched.insert(path, Touched { before: Found::Missing(libc::ENOENT), surely, below: true });
            return;
        }
        let touched = self.touched.entry(path).or_insert(Touched { before, surely, below });
        touched.surely |= surely;
        touched.below |= below;
    }

    /// What it all comes to when the program has ended.
    pub(super) fn finish(&mut self, exit: Exit, processes: Vec<i32>) -> Watched {
        let mut changes = Vec::new();
        let mut temporary = Vec::new();
        let began_ns = self.began_ns;
        for (path, touched) in std::mem::take(&mut self.touched) {
            let now = rustix::fs::statat(CWD, path.as_slice(), AtFlags::SYMLINK_NOFOLLOW).map(Meta::from);
            let kind = match (touched.before, now) {
                (Found::Missing(_), Err(_)) => {
                    temporary.push(path);
                    continue;
                }
                (Found::Missing(_), Ok(_)) => ChangeKind::Created,
                (Found::Is(_), Err(_)) => ChangeKind::Removed,
                (Found::Is(before), Ok(now)) if before == now => {
                    if !touched.surely && before.ctime_ns.saturating_add(GRAIN_NS) < began_ns {
                        self.entry(path, touched.before, Uses::STAT.and(Uses::READ));
                        continue;
                    }
                    ChangeKind::Written
                }
                (Found::Is(before), Ok(now)) => {
                    let same = Meta { ctime_ns: before.ctime_ns, mode: before.mode, ..now } == before;
                    if same { ChangeKind::Attributes } else { ChangeKind::Written }
                }
            };
            changes.push(Change { path, kind });
        }
        let programs = std::mem::take(&mut self.programs).into_iter().map(|(program, count)| {
            let (path, arguments, script) = program;
            Program { path, arguments, script, count }
        });
        Watched {
            exit,
            began_ns,
            programs: programs.collect(),
            seen: std::mem::take(&mut self.seen).into_values().collect(),
            changes,
            temporary,
            reasons: std::mem::take(&mut self.reasons),
            asked: std::mem::take(&mut self.asked),
            processes,
            stops: self.stops,
        }
    }
}
