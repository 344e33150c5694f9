//! What one session asked of the machine, and what it was told: the facts its outcome depends on.
//!
//! A [`Host`](crate::Host) made by [`Host::seen_by`](crate::Host::seen_by) notes here every look at a file, with what of
//! the answer was used, and every change it makes. What a session gives (lines, commands) is noted by whoever gives it, as
//! steps. A session whose [`Eyes`] hold no effect is a function of its facts.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bstr::{BStr, BString};
use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use rustix::time::ClockId;

use crate::{Dir, Env, Exit, Meta};

/// How a file was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Ask {
    /// What the path leads to, links followed.
    Stat = 0,
    /// What the path itself is.
    Lstat = 1,
    /// What a symbolic link says.
    Link = 2,
    /// The path without links.
    Real = 3,
    /// Whether this process may execute it.
    Execute = 4,
    /// The names that match a pattern.
    Glob = 5,
    /// All names in a directory.
    Names = 6,
    /// Whether this process may read it.
    Read = 7,
    /// Whether this process may write it.
    Write = 8,
    /// What a list of options says of some of them: behind the path, each behind a zero, stand their names.
    Options = 9,
}

impl Ask {
    /// The kind with that number.
    pub fn from_number(number: u8) -> Option<Ask> {
        const ALL: [Ask; 10] = [
            Ask::Stat,
            Ask::Lstat,
            Ask::Link,
            Ask::Real,
            Ask::Execute,
            Ask::Glob,
            Ask::Names,
            Ask::Read,
            Ask::Write,
            Ask::Options,
        ];
        ALL.get(usize::from(number)).copied()
    }

    /// Whether the answer follows from the names in a directory: the path's own, or for a pattern its directory's.
    pub fn lists(self) -> bool {
        matches!(self, Ask::Glob | Ask::Names)
    }
}

/// What of an answer was used; several can be.
pub mod used {
    /// That it is there, and of which kind; or that it is not.
    pub const THERE: u8 = 1;
    /// Permissions, owner and size.
    pub const SHAPE: u8 = 2;
    /// Its modification time, compared with those of the session's other files. Where it counts by itself, [`SAME`] is used, too.
    pub const TIME: u8 = 4;
    /// Its contents, or for what is no stat the whole answer.
    pub const CONTENTS: u8 = 8;
    /// That it is the very same file, unchanged: for what is too large to compare its contents.
    pub const SAME: u8 = 16;
    /// Which file it is: its device, and its number there.
    pub const FILE: u8 = 32;
    /// Everything.
    pub const ALL: u8 = 63;
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An error, by its number.
    Failed(i32),
    /// Something is there; no more was asked.
    There,
    /// Attributes.
    Meta(Meta),
    /// Success, a path, or the hash of a list.
    Text(BString),
}

impl Answer {
    /// What an error says; one without a number is taken for a kind of its own.
    pub fn failed(error: &std::io::Error) -> Answer {
        Answer::Failed(error.raw_os_error().unwrap_or(-1))
    }
}

/// One fact: an answer, and what of it was used.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What of it was used: bits of [`used`].
    pub used: u8,
    /// What was answered.
    pub answer: Answer,
    /// The hash of the contents, where they were used.
    pub contents: Option<u128>,
    /// A change just after the look could leave the same times: contents have to be compared.
    pub young: bool,
}

impl Seen {
    /// Whether another look at the same thing gave the same, as far as either was used.
    pub fn agrees(&self, other: &Seen) -> bool {
        self.differing(other) & (self.used | other.used | used::CONTENTS) == 0
    }

    /// What another look at the same thing gave differently, whether it was used or not: bits of [`used`].
    pub fn differing(&self, other: &Seen) -> u8 {
        let bits = match (&self.answer, &other.answer) {
            (Answer::There, Answer::Meta(_)) | (Answer::Meta(_), Answer::There) => 0,
            (Answer::Meta(x), Answer::Meta(y)) if x.kind() == y.kind() => {
                let shape = (x.mode, x.uid) != (y.mode, y.uid) || x.size != y.size && !x.is_dir();
                let bit = |bit: u8, differs: bool| if differs { bit } else { 0 };
                bit(used::TIME, x.mtime_ns != y.mtime_ns)
                    | bit(used::SAME, x != y)
                    | bit(used::FILE, (x.dev, x.ino) != (y.dev, y.ino))
                    | bit(used::SHAPE, shape)
            }
            (x, y) if x == y => 0,
            _ => used::ALL,
        };
        let contents = match (self.contents, other.contents) {
            (Some(x), Some(y)) => x != y,
            (None, None) => false,
            // Contents that were read belong to these attributes and no others.
            _ => matches!((&self.answer, &other.answer), (Answer::Meta(x), Answer::Meta(y)) if x != y),
        };
        bits | if contents { used::CONTENTS } else { 0 }
    }

    /// Whether it says that nothing is there.
    fn is_missing(&self) -> bool {
        matches!(self.answer, Answer::Failed(_))
    }

    /// Whether a file that was written meanwhile is as it was, but for what writing changes in any case.
    fn is_as_written(&self, now: &Seen) -> bool {
        let same_contents =
            self.contents.is_none() || now.contents.is_none() || self.contents == now.contents;
        same_contents && self.differing(now) & (used::THERE | used::SHAPE) == 0
    }

    /// Adds what a later look says that agrees.
    pub fn join(&mut self, other: &Seen) {
        self.used |= other.used;
        self.young |= other.young;
        self.contents = self.contents.or(other.contents);
        if other.answer != Answer::There {
            self.answer = other.answer.clone();
        }
    }
}

/// Something a session gives or does, in order.
#[derive(Clone, Debug)]
pub enum Step {
    /// Bytes were written to standard output, or error.
    Print {
        /// To standard error.
        err: bool,
        /// What was written.
        bytes: Vec<u8>,
    },
    /// A command made of builtins that changes files: it is run again in its place. What it writes is not kept: it writes it
    /// again, or `captured`, nobody reads it.
    Run {
        /// The command.
        command: Command,
        /// Its standard output goes nowhere.
        captured: bool,
    },
    /// A session below that the command of the next `Run` starts, by its number.
    Within(u64),
    /// A command that changes nothing, but may not give the same again: it is run again, and what it gives compared.
    Ask {
        /// The command.
        command: Command,
        /// Its standard error went where its output did.
        together: bool,
        /// What it gave.
        output: Output,
    },
    /// A file was written with these contents.
    Write {
        /// Its absolute path.
        path: BString,
        /// Permissions.
        mode: u32,
        /// The contents.
        contents: Vec<u8>,
    },
    /// The times of a directory became that moment: something was made in it and removed again.
    Renew {
        /// Its absolute path.
        path: BString,
    },
    /// A session below ran, by the number the process gave it.
    Session(u64),
    /// What the steps up to the next [`Step::Apart`] give is kept, and written at once.
    Together,
    /// All that is kept is written. Where it is anything, these lines come before and after it.
    Apart {
        /// The line before.
        enter: Vec<u8>,
        /// The line after.
        leave: Vec<u8>,
    },
}

/// A command with all it depends on but files.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// Its words.
    pub argv: Vec<BString>,
    /// Its environment.
    pub env: Env,
    /// The absolute path of its directory.
    pub dir: BString,
}

/// What a command gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// How it ended.
    pub exit: Exit,
    /// What it wrote to standard output, where that was kept.
    pub out: Vec<u8>,
    /// What it wrote to standard error, where that was kept.
    pub err: Vec<u8>,
}

/// A question: how, and the absolute path it was about (for a pattern, the directory and the pattern).
pub type Question = (Ask, BString);

/// What a session asked, gave and did.
#[derive(Debug, Default)]
pub struct Eyes {
    state: Mutex<State>,
    /// Facts and changes are noted there; steps here, until they are put in their place.
    above: Option<Arc<Eyes>>,
}

/// The contents of [`Eyes`].
#[derive(Debug, Default)]
pub struct State {
    /// Facts.
    pub facts: FxHashMap<Question, Seen>,
    /// Steps.
    pub steps: Vec<Step>,
    /// Why this session can't be given again: it changed something, or depended on what can't be looked at.
    pub effect: Option<String>,
    /// Paths that were changed.
    pub changes: IndexSet<BString, FxBuildHasher>,
    /// Paths that commands changed which are steps, and change them again.
    pub repeated: FxHashSet<BString>,
    /// Of those that were changed, those whose contents are all its own, or that it removed: what is there follows from that.
    own: FxHashSet<BString>,
    /// Those of them that a session below may have changed since, and those whose time alone was renewed. Their time follows from that.
    dated: FxHashSet<BString>,
    /// Those of them that are where there was nothing when it was looked at first.
    made: IndexSet<BString, FxBuildHasher>,
    /// Times of files were compared with times that are noted nowhere.
    other_times: bool,
    /// How many files were read of which it is still to be noted what of them counts.
    owed: usize,
}

/// Clocks of file systems tick at 100 Hz or faster.
const GRAIN_NS: i64 = 20_000_000;
/// Where times are whole seconds, or two.
const COARSE_GRAIN_NS: i64 = 2_100_000_000;

/// Whether a change right after `now` could leave a file with the times it has.
pub fn is_young(meta: &Meta, now: i64) -> bool {
    let whole = |ns: i64| ns % 1_000_000_000 == 0;
    let grain = if whole(meta.mtime_ns) && whole(meta.ctime_ns) { COARSE_GRAIN_NS } else { GRAIN_NS };
    meta.mtime_ns.max(meta.ctime_ns).saturating_add(grain) > now
}

/// The hash that stands for contents.
pub fn hash(contents: &[u8]) -> u128 {
    xxhash_rust::xxh3::xxh3_128(contents)
}

/// The absolute path of `path` in `dir`, as it is noted: `./` at its start and doubled slashes go, all else stays. `None`
/// where the directory has no name.
pub fn absolute(dir: &BStr, path: &[u8]) -> Option<BString> {
    if dir.is_empty() && !path.starts_with(b"/") {
        return None;
    }
    let mut out = BString::new(Vec::with_capacity(dir.len() + path.len() + 1));
    if !path.starts_with(b"/") {
        out.extend_from_slice(dir);
    }
    let mut parts = path.split(|c| *c == b'/').filter(|part| !part.is_empty()).peekable();
    while let Some(part) = parts.next() {
        // A dot at the end asks for a directory; elsewhere it says nothing.
        if part == b"." && (parts.peek().is_some() || path == b".") {
            continue;
        }
        if !out.ends_with(b"/") {
            out.push(b'/');
        }
        out.extend_from_slice(part);
    }
    if out.is_empty() {
        out.push(b'/');
    }
    // A slash at the end asks for a directory.
    if path.ends_with(b"/") && !out.ends_with(b"/") {
        out.push(b'/');
    }
    Some(out)
}

impl Eyes {
    /// For a part of what `above` sees whose steps have their place there later: when what it printed is written out.
    pub fn part_of(above: &Arc<Eyes>) -> Arc<Eyes> {
        Arc::new(Eyes { state: Mutex::default(), above: Some(above.clone()) })
    }

    /// The steps of a part get their place now. `ends` is how what they give is written: the lines before and after it; `None`
    /// where it was written when it came.
    pub fn put_in_place(&self, ends: Option<(Vec<u8>, Vec<u8>)>) {
        let Some(above) = &self.above else { return };
        let steps = std::mem::take(&mut self.steps().steps);
        if steps.is_empty() {
            return;
        }
        let mut all = above.steps();
        match ends {
            Some((enter, leave)) => {
                all.steps.push(Step::Together);
                all.steps.extend(steps);
                all.steps.push(Step::Apart { enter, leave });
            }
            None => {
                drop(all);
                for step in steps {
                    above.step(step);
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.above.as_ref().map_or_else(|| self.steps(), |above| above.state())
    }

    /// Where steps are noted.
    fn steps(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what a command of the session saw, which noted it elsewhere; `times` says whether it compared times. Gives
    /// whether it changed anything.
    pub fn absorb(&self, other: &Eyes, times: bool) -> bool {
        let other = other.take();
        for ((ask, path), mut seen) in other.facts {
            if !times {
                seen.used &= !used::TIME;
            }
            self.note(ask, path, seen);
        }
        for step in other.steps {
            self.step(step);
        }
        if let Some(why) = other.effect {
            self.effect(why);
        }
        let mut state = self.state();
        let changed = !other.changes.is_empty();
        for path in &other.changes {
            state.own.remove(path);
        }
        state.own.extend(other.own);
        state.dated.extend(other.dated);
        state.repeated.extend(other.changes);
        changed
    }

    /// What was looked at, where nothing else was done.
    pub fn looks(&self) -> Option<Vec<(Ask, BString, Seen)>> {
        let state = self.state();
        let only = state.effect.is_none() && state.steps.is_empty() && state.changes.is_empty();
        only.then(|| {
            state.facts.iter().map(|((ask, path), seen)| (*ask, path.clone(), seen.clone())).collect()
        })
    }

    /// Takes everything out.
    pub fn take(&self) -> State {
        let mut state = std::mem::take(&mut *self.state());
        if let (None, Some(path)) = (&state.effect, state.made.first()) {
            state.effect = Some(format!("{path} was made"));
        }
        if state.owed > 0 {
            state.effect.get_or_insert_with(|| "what counts of a makefile was not noted".to_owned());
        }
        if state.other_times {
            for seen in state.facts.values_mut().filter(|seen| seen.used & used::TIME != 0) {
                seen.used |= used::SAME;
            }
        }
        state
    }

    /// Notes that times of files are compared with others, such as those in an archive: each time counts by itself.
    pub fn compares_other_times(&self) {
        self.state().other_times = true;
    }

    /// Notes that this session can't be given again, and why.
    pub fn effect(&self, why: impl Into<String>) {
        let mut state = self.state();
        if state.effect.is_none() {
            state.effect = Some(why.into());
        }
    }

    /// Whether it is settled that the session can't be given again.
    pub fn has_effect(&self) -> bool {
        self.state().effect.is_some()
    }

    /// Notes a step; gives its number.
    pub fn step(&self, step: Step) -> usize {
        if matches!(step, Step::Session(_) | Step::Within(_)) {
            self.may_have_changed();
        }
        let mut state = self.steps();
        match (&step, state.steps.last_mut()) {
            // Who prints nothing is not seen, whenever it comes.
            (Step::Print { bytes, .. }, _) if bytes.is_empty() => {}
            (Step::Print { err, bytes }, Some(Step::Print { err: last, bytes: before })) if last == err => {
                before.extend_from_slice(bytes);
            }
            _ => state.steps.push(step),
        }
        state.steps.len().saturating_sub(1)
    }

    /// Keeps a place for steps that come later but belong here.
    pub fn reserve(&self) -> usize {
        self.step(Step::Session(0))
    }

    /// Puts a step where a place was kept.
    pub fn fill(&self, place: usize, step: Step) {
        self.may_have_changed();
        if let Some(slot) = self.steps().steps.get_mut(place) {
            *slot = step;
        }
    }

    /// Notes a change to a file.
    pub fn changed(&self, dir: &Dir, path: &[u8]) {
        let path = absolute(dir.path(), path).unwrap_or_default();
        let mut state = self.state();
        state.own.remove(&path);
        state.changes.insert(path);
    }

    /// Whether a change to a file was noted here.
    pub fn has_changed(&self, dir: &Dir, path: &[u8]) -> bool {
        absolute(dir.path(), path).is_some_and(|path| self.state().changes.contains(&path))
    }

    /// Notes that a file was emptied to be written: what is there from now on is this session's own.
    pub fn began_anew(&self, dir: &Dir, path: &[u8]) {
        let path = absolute(dir.path(), path).unwrap_or_default();
        let mut state = self.state();
        state.own.insert(path.clone());
        state.changes.insert(path);
    }

    /// Notes that the time of a file became this moment, and nothing else of it changed.
    pub fn renewed(&self, dir: &Dir, path: &[u8]) {
        let path = absolute(dir.path(), path).unwrap_or_default();
        self.state().dated.insert(path);
    }

    /// Notes that a file was removed.
    pub fn removed(&self, dir: &Dir, path: &[u8]) {
        self.began_anew(dir, path);
        let path = absolute(dir.path(), path).unwrap_or_default();
        self.state().made.swap_remove(&path);
    }

    /// Notes that a step writes the whole of a file each time.
    pub fn repeats(&self, path: BString) {
        let mut state = self.state();
        state.own.insert(path.clone());
        state.repeated.insert(path);
    }

    /// Notes that a step makes the times of a directory the moment at which it is done.
    pub fn renews(&self, path: BString) {
        let mut state = self.state();
        state.dated.insert(path.clone());
        state.repeated.insert(path);
    }

    /// A session below begins, or ended: it may have changed what was written here.
    fn may_have_changed(&self) {
        let mut state = self.state();
        let own = std::mem::take(&mut state.own);
        state.dated.extend(own);
    }

    /// A file was read, and what of it counts will be noted later: until then nothing can be given.
    pub fn owe(&self) {
        self.state().owed += 1;
    }

    /// Notes what counted of such a file.
    pub fn pay(&self, ask: Ask, path: BString, seen: Seen) {
        self.note(ask, path, seen);
        let mut state = self.state();
        state.owed = state.owed.saturating_sub(1);
    }

    /// Notes a fact.
    pub fn saw(&self, ask: Ask, dir: &Dir, path: &[u8], used: u8, answer: Answer, now: i64) {
        self.saw_contents(ask, dir, path, used, answer, None, now);
    }

    /// Notes a fact, with the hash of the contents.
    #[allow(clippy::too_many_arguments)]
    pub fn saw_contents(
        &self,
        ask: Ask,
        dir: &Dir,
        path: &[u8],
        used: u8,
        answer: Answer,
        contents: Option<u128>,
        now: i64,
    ) {
        let Some(path) = absolute(dir.path(), path) else {
            return self.effect("a directory without a name");
        };
        let young = matches!(&answer, Answer::Meta(meta) if is_young(meta, now));
        self.note(ask, path, Seen { used, answer, contents, young });
    }

    /// Notes a fact about an absolute path.
    pub fn note(&self, ask: Ask, path: BString, mut seen: Seen) {
        let state = &mut *self.state();
        if state.own.contains(&path) {
            // What was made where there was nothing will be there the next time, unless it is removed again.
            let missing =
                |ask| matches!(state.facts.get(&(ask, path.clone())), Some(seen) if seen.is_missing());
            if !seen.is_missing() && [Ask::Stat, Ask::Lstat].into_iter().any(missing) {
                state.made.insert(path);
            }
            return;
        }
        if state.dated.contains(&path) {
            seen.used &= !(used::TIME | used::SAME | used::FILE);
        }
        let future = matches!(&seen.answer, Answer::Meta(meta) if seen.used & used::TIME != 0 && seen.young
            && meta.mtime_ns > seen_limit());
        if future && state.effect.is_none() {
            state.effect = Some(format!("{path} is from the future"));
        }
        match state.facts.entry((ask, path)) {
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(seen);
            }
            std::collections::hash_map::Entry::Occupied(mut slot) => {
                if state.dated.contains(&slot.key().1) && slot.get().is_as_written(&seen) {
                    let before = slot.get_mut();
                    before.used |= seen.used;
                    before.contents = before.contents.or(seen.contents);
                    return;
                }
                let before = slot.get_mut();
                if !before.agrees(&seen) {
                    let used = before.used | seen.used;
                    let (ask, path) = slot.key();
                    let why = format!("{path} changed while it was looked at ({ask:?} {used})");
                    state.effect.get_or_insert(why);
                    return;
                }
                before.join(&seen);
            }
        }
    }
}

/// The latest time a file can have without being from the future.
fn seen_limit() -> i64 {
    crate::clock_ns(ClockId::Realtime).saturating_add(GRAIN_NS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(mtime_ns: i64) -> Meta {
        Meta { mtime_ns, ctime_ns: mtime_ns, size: 1, mode: 0o100_644, dev: 1, ino: 2, rdev: 0, uid: 0 }
    }

    fn seen(used: u8, answer: Answer) -> Seen {
        Seen { used, answer, contents: None, young: false }
    }

    #[test]
    fn paths_are_noted_without_what_says_nothing() {
        let path = |p: &str| absolute(BStr::new("/d"), p.as_bytes()).unwrap().to_string();
        assert_eq!(path("a/b"), "/d/a/b");
        assert_eq!(path("./a//b"), "/d/a/b");
        assert_eq!(path("."), "/d");
        assert_eq!(path("/x/./y"), "/x/y");
        assert_eq!(path("a/.."), "/d/a/..");
        assert_eq!(path("a/"), "/d/a/");
        assert_eq!(path("/"), "/");
        assert_eq!(path("a/."), "/d/a/.");
        assert!(absolute(BStr::new(""), b"a").is_none());
    }

    #[test]
    fn a_file_that_changes_while_it_is_looked_at_is_an_effect() {
        let eyes = Eyes::default();
        eyes.note(Ask::Stat, "/a".into(), seen(used::TIME, Answer::Meta(meta(5))));
        eyes.note(Ask::Stat, "/a".into(), seen(used::THERE, Answer::Meta(meta(5))));
        assert!(!eyes.has_effect());
        eyes.note(Ask::Stat, "/a".into(), seen(used::TIME, Answer::Meta(meta(6))));
        assert!(eyes.has_effect());
    }

    #[test]
    fn a_time_nobody_used_may_change() {
        let eyes = Eyes::default();
        eyes.note(Ask::Lstat, "/a".into(), seen(used::THERE, Answer::There));
        eyes.note(Ask::Lstat, "/a".into(), seen(used::THERE, Answer::Meta(meta(5))));
        eyes.note(Ask::Lstat, "/a".into(), seen(used::THERE, Answer::Meta(meta(6))));
        assert!(!eyes.has_effect());
        eyes.note(Ask::Lstat, "/a".into(), seen(used::THERE, Answer::Failed(2)));
        assert!(eyes.has_effect());
    }

    /// A session's eyes that saw `/d/a` with contents 7 and its time, before it was written.
    fn before_writing(eyes: &Eyes) -> Arc<Dir> {
        let read = Seen { contents: Some(7), ..seen(used::CONTENTS | used::TIME, Answer::Meta(meta(5))) };
        let (_keep, dir) = crate::file::tests::scratch();
        eyes.note(Ask::Stat, absolute(dir.path(), b"a").unwrap(), read);
        dir
    }

    #[test]
    fn what_was_emptied_to_be_written_or_removed_is_no_fact_any_more() {
        let eyes = Eyes::default();
        let dir = before_writing(&eyes);
        eyes.began_anew(&dir, b"a");
        eyes.saw(Ask::Stat, &dir, b"a", used::THERE, Answer::Failed(2), 0);
        eyes.saw(Ask::Stat, &dir, b"a", used::TIME, Answer::Meta(meta(6)), 0);
        assert!(!eyes.has_effect());
        // What was moved there is not its own.
        eyes.changed(&dir, b"a");
        eyes.saw(Ask::Stat, &dir, b"a", used::TIME, Answer::Meta(meta(7)), 0);
        assert!(eyes.has_effect());
    }

    #[test]
    fn what_was_made_where_there_was_nothing_is_an_effect() {
        let eyes = Eyes::default();
        let (_keep, dir) = crate::file::tests::scratch();
        eyes.saw(Ask::Lstat, &dir, b"a", used::THERE, Answer::Failed(2), 0);
        eyes.began_anew(&dir, b"a");
        eyes.saw(Ask::Stat, &dir, b"a", used::THERE, Answer::Meta(meta(6)), 0);
        assert_eq!(eyes.take().effect.map(|why| why.ends_with("/a was made")), Some(true));
    }

    #[test]
    fn what_was_made_and_is_removed_again_is_none() {
        let eyes = Eyes::default();
        let (_keep, dir) = crate::file::tests::scratch();
        eyes.saw(Ask::Lstat, &dir, b"a", used::THERE, Answer::Failed(2), 0);
        for _ in 0..2 {
            eyes.began_anew(&dir, b"a");
            eyes.saw(Ask::Stat, &dir, b"a", used::THERE, Answer::Meta(meta(6)), 0);
            eyes.removed(&dir, b"a");
        }
        assert_eq!(eyes.take().effect, None);
    }

    #[test]
    fn after_a_session_below_contents_of_what_was_written_count_and_times_do_not() {
        let later = |contents| {
            let eyes = Eyes::default();
            let dir = before_writing(&eyes);
            eyes.began_anew(&dir, b"a");
            eyes.step(Step::Session(1));
            let answer = Answer::Meta(meta(6));
            eyes.saw_contents(Ask::Stat, &dir, b"a", used::TIME | used::CONTENTS, answer, contents, 0);
            eyes.has_effect()
        };
        assert_eq!([Some(7), None, Some(8)].map(later), [false, false, true]);
    }

    #[test]
    fn of_a_file_that_was_touched_all_counts_but_its_time() {
        let later = |contents| {
            let (session, script) = (Eyes::default(), Eyes::default());
            let dir = before_writing(&session);
            script.changed(&dir, b"a");
            script.renewed(&dir, b"a");
            assert!(session.absorb(&script, false));
            let answer = Answer::Meta(meta(6));
            session.saw_contents(Ask::Stat, &dir, b"a", used::TIME | used::CONTENTS, answer, contents, 0);
            session.has_effect()
        };
        assert_eq!([Some(7), None, Some(8)].map(later), [false, false, true]);
    }

    #[test]
    fn times_that_are_compared_with_others_count_by_themselves() {
        let eyes = Eyes::default();
        eyes.note(Ask::Stat, "/a".into(), seen(used::TIME, Answer::Meta(meta(5))));
        eyes.note(Ask::Stat, "/b".into(), seen(used::THERE, Answer::Meta(meta(5))));
        eyes.compares_other_times();
        let state = eyes.take();
        let used = |path: &str| state.facts[&(Ask::Stat, path.into())].used & used::SAME != 0;
        assert!(used("/a") && !used("/b"));
    }

    #[test]
    fn what_differs_is_told_whether_it_was_used_or_not() {
        let other = |change: fn(&mut Meta)| {
            let mut meta = meta(5);
            change(&mut meta);
            seen(used::THERE, Answer::Meta(meta))
        };
        let before = other(|_| ());
        assert_eq!(before.differing(&other(|_| ())), 0);
        assert_eq!(before.differing(&seen(used::THERE, Answer::There)), 0);
        assert_eq!(before.differing(&other(|meta| meta.mtime_ns = 6)), used::TIME | used::SAME);
        assert_eq!(before.differing(&other(|meta| meta.size = 2)), used::SHAPE | used::SAME);
        assert_eq!(before.differing(&other(|meta| meta.ino = 3)), used::FILE | used::SAME);
        assert_eq!(before.differing(&other(|meta| meta.mode = 0o040_755)), used::ALL);
        assert_eq!(before.differing(&seen(used::THERE, Answer::Failed(2))), used::ALL);
    }

    #[test]
    fn contents_belong_to_the_attributes_they_were_read_with() {
        let read = Seen { contents: Some(7), ..seen(used::CONTENTS, Answer::Meta(meta(5))) };
        assert!(read.agrees(&seen(used::THERE, Answer::Meta(meta(5)))));
        assert!(!read.agrees(&seen(used::THERE, Answer::Meta(meta(6)))));
        assert!(read.agrees(&seen(used::THERE, Answer::There)));
    }

    #[test]
    fn lines_printed_one_after_another_are_one_step() {
        let eyes = Eyes::default();
        for (err, text) in [(false, "a"), (false, "b"), (true, "c")] {
            eyes.step(Step::Print { err, bytes: text.into() });
        }
        assert_eq!(eyes.take().steps.len(), 2);
    }

    #[test]
    fn steps_of_what_is_kept_together_have_their_place_where_it_is_written() {
        let eyes = Arc::new(Eyes::default());
        let print = |text: &str| Step::Print { err: false, bytes: text.into() };
        let part = Eyes::part_of(&eyes);
        part.step(print("late"));
        part.effect("an effect");
        eyes.step(print("early"));
        part.put_in_place(Some((b"in\n".to_vec(), b"out\n".to_vec())));
        part.put_in_place(Some(Default::default()));
        let state = eyes.take();
        assert_eq!(state.effect.as_deref(), Some("an effect"));
        let kinds: Vec<String> = state.steps.iter().map(|step| format!("{step:?}")).collect();
        assert_eq!(kinds.len(), 4, "{kinds:?}");
        assert!(matches!(&state.steps[1], Step::Together), "{kinds:?}");
        assert!(matches!(&state.steps[3], Step::Apart { enter, .. } if enter == b"in\n"), "{kinds:?}");
    }

    #[test]
    fn what_was_changed_just_now_is_young() {
        assert!(is_young(&meta(1_000_000_001), 1_010_000_000));
        assert!(!is_young(&meta(1_000_000_001), 1_030_000_000));
        assert!(is_young(&meta(1_000_000_000), 2_000_000_000));
    }
}
