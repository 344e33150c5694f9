//! The builder of a session: what is known while its goals are brought up to date.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use rkbuild_eval::{FileId, Session};

use crate::graph::states::Graph;
use crate::jobs::jobserver::Jobserver;
use crate::jobs::output::Sync;
use crate::jobs::process::Process;
use crate::jobs::roster::Jobs;
use crate::search::lookup::Search;
use crate::update::shuffle::Shuffle;

/// Two targets whose lists of prerequisites end in the same items: what is taken out of one is gone from both.
pub(crate) struct SharedTail {
    /// The two.
    pub targets: [FileId; 2],
    /// How many, from the end.
    pub len: usize,
}

/// A prerequisite that was taken out of the list of `target`, where it stood at `at`.
pub(crate) struct Dropped {
    pub target: FileId,
    pub at: usize,
    pub dep: FileId,
}

/// One session's builder. Each layer holds the one below and adds what it knows: jobs, search and graph can be asked through
/// it, and know nothing of it.
pub struct Builder<'s> {
    /// Recipes under way, and below them the targets.
    pub jobs: Jobs<'s>,
    /// The order of prerequisites and goals.
    pub shuffle: Shuffle,
    /// Targets whose last prerequisite was done, to be taken up again: those first that were met first.
    pub ready: BinaryHeap<Reverse<(u32, FileId)>>,
    /// Goals for which commands were started while waiting targets were taken up.
    pub(crate) started_for: Vec<FileId>,
    /// The number of the next target to be met for the first time.
    pub(crate) next_order: u32,
    /// How often goals were gone through: once for makefiles, once for the goals.
    pub(crate) walk: u32,
    /// The prerequisites that were taken out because they closed a circle, in order.
    pub(crate) dropped: Vec<Dropped>,
    /// Lists of prerequisites a dropped circle joined.
    pub(crate) shared_tails: Vec<SharedTail>,
    /// While makefiles are made: what `-n`, `-q` and `-t` ask for, and of which of them, those that are goals as well.
    pub(crate) asked_of_makefiles: Option<((bool, bool, bool), Vec<FileId>)>,
}

impl<'s> Builder<'s> {
    /// A builder for `session`, whose makefiles were read and snapped.
    pub fn new(
        session: &'s mut Session,
        process: Arc<Process>,
        jobserver: Option<Jobserver>,
        sync: Sync,
    ) -> Builder<'s> {
        let shuffle = Shuffle::of(&session.options);
        Builder {
            jobs: Jobs::new(Search::new(Graph::new(session)), process, jobserver, sync),
            shuffle,
            ready: BinaryHeap::new(),
            started_for: Vec::new(),
            next_order: 0,
            walk: 0,
            dropped: Vec::new(),
            shared_tails: Vec::new(),
            asked_of_makefiles: None,
        }
    }
}

impl<'s> Deref for Builder<'s> {
    type Target = Jobs<'s>;

    fn deref(&self) -> &Jobs<'s> {
        &self.jobs
    }
}

impl<'s> DerefMut for Builder<'s> {
    fn deref_mut(&mut self) -> &mut Jobs<'s> {
        &mut self.jobs
    }
}
