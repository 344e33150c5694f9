//! What a session knows about each of its targets: how far it is, its time, its prerequisites' times.

use rkbuild_base::{Chunks, FxSet, Name, Place};
use rkbuild_eval::{FileId, Session};
use thin_vec::ThinVec;

use crate::graph::looked::Lists;
use crate::graph::observer::Observed;
use crate::graph::times::{self, Time};
use crate::graph::trace::Trace;

/// How the update of a target ended; as exit statuses 0, 1 and 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It is up to date, or was made so.
    Success,
    /// With `-q`: it would have to be remade.
    Question,
    /// It could not be made.
    Failed,
}

/// Where a target is on its way to being up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Phase {
    /// Nobody asked for it yet.
    #[default]
    New,
    /// Some of its prerequisites are being made; it is in their `waiters` and goes on when `waiting_for` is 0.
    Waiting,
    /// Its recipe runs.
    Running,
    /// It is done with; `status` says how it went.
    Done,
}

/// What the builder knows about a target.
#[derive(Debug, Default)]
pub struct FileState {
    /// Where it is on its way.
    pub phase: Phase,
    /// The walk over goals it was last met in.
    pub walk: u32,
    /// How it ended (meaningful in `Phase::Done`).
    pub status: Option<Status>,
    /// Its modification time, once looked at.
    pub mtime: Option<Time>,
    /// The time it had before anything was done about it.
    pub mtime_before: Option<Time>,
    /// It is on the way from a goal to the target being looked at: needing it again is a cycle.
    pub updating: bool,
    /// Implicit rules were searched for it.
    pub tried_implicit: bool,
    /// Its prerequisites were expanded a second time.
    pub expanded: bool,
    /// Its scope hangs below that of the target it is made for.
    pub linked: bool,
    /// The target it is being made for.
    pub parent: Option<FileId>,
    /// The parent it had when it was first considered; none for a goal.
    pub considered_for: Option<FileId>,
    /// Targets that wait for it.
    pub waiters: ThinVec<FileId>,
    /// How many prerequisites it waits for.
    pub waiting_for: u32,
    /// For each prerequisite: its time before it was considered (to see whether it changed), then whether it did.
    pub deps: ThinVec<DepState>,
    rare: Option<Box<RareState>>,
    /// It has to be remade where its own name says: VPATH is not for it any more.
    pub ignore_vpath: bool,
    /// It turned out to be another file (VPATH): this one.
    pub renamed: Option<FileId>,
    /// It was first considered for a makefile that need not be there: what fails then is not spoken of.
    pub unwanted: bool,
    /// No message was given when it failed, because its absence was allowed then.
    pub silent_failure: bool,
    /// It failed at a time when nobody was told.
    pub failed_silently: bool,
    /// With `-t`: the last line of its recipe was not run.
    pub ended_unrun: bool,
    /// Each line of its recipe, expanded, runs even with `-n`.
    pub all_recursive: bool,
    /// The depth it was first considered at: a goal's is 0.
    pub depth: u32,
    /// Its place in the order in which targets were first met, for taking up waiting ones depth first.
    pub order: u32,
    /// Its recipe was run (by this make) at least in part.
    pub ran: bool,
}

/// What is known of few targets.
#[derive(Debug, Default)]
pub struct RareState {
    /// The target that was first told what became of all its `::` rules in a walk over goals; itself, as a goal.
    pub told_to: Option<FileId>,
    /// The order its prerequisites are considered in, if it is not that of the makefile.
    pub shuffled: Vec<usize>,
    /// Its name was found elsewhere through VPATH.
    pub found_as: Option<Name>,
    /// The line of its recipe that failed.
    pub failed_line: Option<u32>,
    /// For double-colon heads: the next of its rules.
    pub next_rule: u32,
    /// For double-colon heads: the last walk over goals in which all rules there were have been gone through.
    pub walked: u32,
}

impl FileState {
    /// What is known of few targets, to be changed; made now if nothing of it is known of this one.
    pub fn rare_mut(&mut self) -> &mut RareState {
        self.rare.get_or_insert_default()
    }

    /// Where its name was found through VPATH.
    pub fn found_as(&self) -> Option<Name> {
        self.rare.as_ref()?.found_as
    }

    /// The same, which is forgotten.
    pub fn take_found_as(&mut self) -> Option<Name> {
        self.rare.as_mut()?.found_as.take()
    }

    /// The order its prerequisites are considered in; empty for that of the makefile.
    pub fn shuffled(&self) -> &[usize] {
        self.rare.as_deref().map_or(&[], |rare| &rare.shuffled)
    }

    /// The line of its recipe that failed.
    pub fn failed_line(&self) -> Option<u32> {
        self.rare.as_ref()?.failed_line
    }

    /// The target that was first told what became of all its `::` rules.
    pub fn told_to(&self) -> Option<FileId> {
        self.rare.as_ref()?.told_to
    }
}

/// What the builder knows about one prerequisite of a target.
#[derive(Clone, Copy, Debug, Default)]
pub struct DepState {
    /// Its time before it was considered.
    pub before: Option<Time>,
    /// It was remade, or is newer than the target: it belongs to `$?`.
    pub changed: bool,
}

/// A session's targets with what is known about them: what all that make them look at and write down.
pub struct Graph<'s> {
    /// The session.
    pub session: &'s mut Session,
    /// By [`FileId`]: where in `states` its own is, counted from 1; 0 for files nobody asked about yet.
    places: Vec<u32>,
    /// States, in the order they were first asked for.
    states: Chunks<FileState>,
    /// What `-d` and `--debug` print.
    pub trace: Trace,
    /// The goals, which are kept even where they are intermediate files.
    pub(crate) goals: Vec<FileId>,
    /// Makefiles are being remade (not goals).
    pub for_makefiles: bool,
    /// A recipe failed and its error was told.
    pub told_failure: bool,
    /// `-B` holds: not for makefiles once they were remade.
    pub always_make: bool,
    /// What is known of files that are listed by records.
    pub(crate) lists: Lists,
    /// Who is told what happens.
    pub(crate) observed: Observed,
    /// Intermediate files made here, to be removed at the end, in order.
    pub intermediates: FxSet<FileId>,
}

impl<'s> Graph<'s> {
    /// The targets of `session`, whose makefiles were read and snapped: nothing is known about them yet.
    pub fn new(session: &'s mut Session) -> Graph<'s> {
        let trace = Trace::of(&session.options);
        let always_make = session.options.always_make;
        Graph {
            session,
            places: Vec::new(),
            states: Chunks::default(),
            trace,
            goals: Vec::new(),
            for_makefiles: false,
            told_failure: false,
            always_make,
            lists: Lists::default(),
            observed: Observed::default(),
            intermediates: FxSet::default(),
        }
    }

    /// The state of a file.
    pub fn state(&mut self, file: FileId) -> &mut FileState {
        let at = file.index();
        if at >= self.places.len() {
            let len = self.session.targets.files.len().max(at + 1);
            self.places.resize(len, 0);
        }
        let place = &mut self.places[at];
        if *place == 0 {
            self.states.push(FileState::default());
            *place = self.states.len() as u32;
        }
        &mut self.states[*place as usize - 1]
    }

    /// True when something was asked about a file.
    pub(crate) fn has_state(&self, file: FileId) -> bool {
        self.places.get(file.index()).is_some_and(|place| *place > 0)
    }

    /// How many targets something was asked about.
    pub(crate) fn known(&self) -> usize {
        self.states.len()
    }

    /// The name of a file.
    pub fn name_of(&self, file: FileId) -> &'static [u8] {
        self.session.text(self.session.targets[file].name)
    }

    /// The file that `file` turned out to be.
    pub fn renamed(&mut self, mut file: FileId) -> FileId {
        while let Some(other) = self.state(file).renamed {
            file = other;
        }
        file
    }

    /// `-o FILE`: it is infinitely old, and done with.
    pub fn mark_old(&mut self, file: FileId) {
        // To `::` rules it says nothing.
        if self.session.targets[file].is_double_colon {
            return;
        }
        if self.session.targets[file].intermediate {
            self.intermediates.insert(file);
        }
        let state = self.state(file);
        state.mtime = Some(Time::OLD);
        state.mtime_before = Some(Time::OLD);
        state.phase = Phase::Done;
        state.status = Some(Status::Success);
    }

    /// Behaves as if the file were not there.
    pub fn treat_as_missing(&mut self, file: FileId) {
        let state = self.state(file);
        state.mtime = Some(Time::MISSING);
        state.mtime_before = Some(Time::MISSING);
    }

    /// `-W FILE`: it has just been changed.
    pub fn mark_new(&mut self, file: FileId) {
        let double_colon = self.session.targets[file].is_double_colon;
        let file = if double_colon { self.another_rule(file) } else { file };
        let state = self.state(file);
        state.mtime = Some(Time::NEW);
        state.mtime_before = Some(Time::NEW);
    }

    /// What an intermediate file is made from is entered anew, which gives a name with `::` rules one more, without a recipe.
    /// So is what -W names.
    pub(crate) fn another_rule(&mut self, head: FileId) -> FileId {
        let name = self.session.targets[head].name;
        let file = self.session.targets.add(name);
        let mtime = self.state(head).mtime;
        self.state(file).mtime = mtime;
        self.session.targets[head].rare_mut().double_colon.push(file);
        self.session.targets[file].is_double_colon = true;
        self.session.targets[file].rare_mut().double_colon_head = Some(head);
        file
    }

    /// The target `file` is made for: that of the first of its `::` rules when nothing needs this one in particular.
    pub(crate) fn parent(&mut self, file: FileId) -> Option<FileId> {
        let head = self.session.targets.head(file);
        self.state(file).parent.or(self.state(head).parent)
    }

    /// What `stat` says about a name.
    pub(crate) fn stat_time(&self, name: &[u8]) -> Time {
        if self.observed.would_be_new(&self.session.dir, name) {
            return Time::NEW;
        }
        times::stat(self.session, name)
    }

    /// `Makefile:3`, or `<builtin>`.
    pub(crate) fn place_text(&self, file: FileId, line: u32) -> Vec<u8> {
        let recipe = self.session.targets[file].recipe.as_ref();
        match recipe.map(|r| r.place) {
            Some(place) if line > 0 => Place { file: place.file, line }.text(&self.session.shared.lang.names),
            _ => b"<builtin>".to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_without_anything_rare_is_small() {
        assert!(size_of::<FileState>() <= 88, "{}", size_of::<FileState>());
        assert!(size_of::<DepState>() <= 16);
    }
}
