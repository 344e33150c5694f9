//! The builder of a session: its targets' states and its jobs.

use rkbuild_base::{BString, FxMap, Name, Place};
use rkbuild_eval::target::PatternRule;
use rkbuild_eval::{Fatal, FileId, Session};

use crate::graph::directory::Directories;
use crate::graph::times::Time;
use crate::graph::trace::Trace;
use crate::jobs::job::Jobs;
use crate::update::order::Shuffle;

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
    /// The target that was first told what became of all its `::` rules in a walk over goals; itself, as a goal.
    pub told_to: Option<FileId>,
    /// Targets that wait for it.
    pub waiters: Vec<FileId>,
    /// How many prerequisites it waits for.
    pub waiting_for: u32,
    /// The prerequisite to go on with after a `.WAIT`.
    pub next_dep: usize,
    /// For each prerequisite: its time before it was considered (to see whether it changed), then whether it did.
    pub deps: Vec<DepState>,
    /// The order its prerequisites are considered in, if it is not that of the makefile.
    pub shuffled: Vec<usize>,
    /// Its name was found elsewhere through VPATH.
    pub found_as: Option<Name>,
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
    /// The line of its recipe that failed.
    pub failed_line: Option<u32>,
    /// With `-t`: the last line of its recipe was not run.
    pub ended_unrun: bool,
    /// A failed prerequisite was seen (with `-k` the others are still made).
    pub failed: Option<Status>,
    /// Something of the target must be remade as far as is known.
    pub must_make: bool,
    /// Each line of its recipe, expanded, runs even with `-n`.
    pub all_recursive: bool,
    /// The depth it was first considered at: a goal's is 0.
    pub depth: u32,
    /// Its recipe was run (by this make) at least in part.
    pub ran: bool,
    /// For double-colon heads: the next of its rules.
    pub next_rule: usize,
    /// For double-colon heads: the last walk over goals in which all rules there were have been gone through.
    pub walked: u32,
}

/// What the builder knows about one prerequisite of a target.
#[derive(Clone, Copy, Debug, Default)]
pub struct DepState {
    /// Its time before it was considered.
    pub before: Option<Time>,
    /// It was remade, or is newer than the target: it belongs to `$?`.
    pub changed: bool,
}

/// One session's builder.
pub struct Builder<'s> {
    /// The session.
    pub session: &'s mut Session,
    /// States, by [`FileId`].
    pub files: Vec<FileState>,
    /// Recipes under way.
    pub jobs: Jobs,
    /// Directory listings, good until a command runs.
    pub directories: Directories,
    /// What `-d` and `--debug` print.
    pub trace: Trace,
    /// Pattern rules that a search under way uses: they are not used again inside it.
    pub in_use: Vec<*const PatternRule>,
    /// The order of prerequisites and goals.
    pub shuffle: Shuffle,
    /// Makefiles are being remade (not goals).
    pub for_makefiles: bool,
    /// A recipe failed and its error was told.
    pub told_failure: bool,
    /// VPATH made one file of two whose rules do not go together.
    pub(crate) conflict: Option<Fatal>,
    /// Why goals (makefiles) could not be read: place of the directive and errno.
    pub goal_errors: FxMap<FileId, (Option<Place>, i32)>,
    /// The goal that is being worked on.
    pub current_goal: Option<FileId>,
    /// Targets whose last prerequisite was done, to be taken up again.
    pub ready: Vec<FileId>,
    /// Goals for which commands were started while waiting targets were taken up.
    pub(crate) started_for: Vec<FileId>,
    /// Order in which targets were first met, for taking up waiting ones depth first.
    pub order: Vec<u32>,
    pub(crate) next_order: u32,
    /// How often goals were gone through: once for makefiles, once for the goals.
    pub(crate) walk: u32,
    /// `.DELETE_ON_ERROR` was given.
    pub delete_on_error: bool,
    /// `.NOTPARALLEL` without prerequisites.
    pub not_parallel: bool,
    /// `-B` holds: not for makefiles once they were remade.
    pub always_make: bool,
    /// A file's time was in the future.
    pub clock_skew: bool,
    /// Intermediate files made here, to be removed at the end, in order.
    pub intermediates: rkbuild_base::FxSet<FileId>,
    /// The prerequisites that were taken out because they closed a circle, in order.
    pub(crate) dropped: Vec<crate::update::circle::Dropped>,
    /// Lists of prerequisites a dropped circle joined.
    pub(crate) shared_tails: Vec<crate::update::circle::SharedTail>,
    /// While makefiles are made: what `-n`, `-q` and `-t` ask for, and of which of them, those that are goals as well.
    pub(crate) asked_of_makefiles: Option<((bool, bool, bool), Vec<FileId>)>,
    /// The goals, which are kept even where they are intermediate files.
    pub(crate) goals: Vec<FileId>,
    /// VPATH, read once.
    pub(crate) general_vpath: Option<Vec<BString>>,
    /// GPATH, read once.
    pub(crate) gpath: Option<Vec<BString>>,
}

impl<'s> Builder<'s> {
    /// A builder for `session`, whose makefiles were read and snapped.
    pub fn new(session: &'s mut Session, jobs: Jobs) -> Builder<'s> {
        let trace = Trace::of(&session.options);
        let shuffle = Shuffle::of(&session.options);
        let known = session.known;
        let rule = |name| {
            session.targets.lookup(name).map(|id| &session.targets[id]).filter(|target| target.is_target)
        };
        let delete_on_error = rule(known.delete_on_error).is_some();
        // To 4.3 prerequisites of it make no difference.
        let newer = session.identity().is_4_4();
        let always_make = session.options.always_make;
        let not_parallel = rule(known.notparallel).is_some_and(|target| !newer || target.deps.is_empty());
        Builder {
            session,
            files: Vec::new(),
            jobs,
            directories: Directories::default(),
            trace,
            in_use: Vec::new(),
            shuffle,
            for_makefiles: false,
            told_failure: false,
            conflict: None,
            goal_errors: FxMap::default(),
            current_goal: None,
            ready: Vec::new(),
            started_for: Vec::new(),
            order: Vec::new(),
            next_order: 0,
            walk: 0,
            delete_on_error,
            not_parallel,
            always_make,
            clock_skew: false,
            intermediates: Default::default(),
            dropped: Vec::new(),
            asked_of_makefiles: None,
            shared_tails: Vec::new(),
            goals: Vec::new(),
            general_vpath: None,
            gpath: None,
        }
    }

    /// The state of a file.
    pub fn state(&mut self, file: FileId) -> &mut FileState {
        let at = file.0 as usize;
        if at >= self.files.len() {
            let len = self.session.targets.files.len().max(at + 1);
            self.files.resize_with(len, FileState::default);
            self.order.resize(len, u32::MAX);
        }
        &mut self.files[at]
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
        state.mtime = Some(Time::Old);
        state.mtime_before = Some(Time::Old);
        state.phase = Phase::Done;
        state.status = Some(Status::Success);
    }

    /// Behaves as if the file were not there.
    pub fn treat_as_missing(&mut self, file: FileId) {
        let state = self.state(file);
        state.mtime = Some(Time::Missing);
        state.mtime_before = Some(Time::Missing);
    }

    /// `-W FILE`: it has just been changed.
    pub fn mark_new(&mut self, file: FileId) {
        let double_colon = self.session.targets[file].is_double_colon;
        let file = if double_colon { self.another_rule(file) } else { file };
        let state = self.state(file);
        state.mtime = Some(Time::New);
        state.mtime_before = Some(Time::New);
    }
}
