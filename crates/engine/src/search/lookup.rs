//! What a session has looked at to find files and rules: listings of directories, VPATH, rules in use.

use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::sync::Arc;

use rkbuild_base::BString;
use rkbuild_eval::target::PatternRule;
use rkbuild_eval::times::TimesHere;
use rkbuild_eval::{Fatal, FileId};

use crate::graph::directory::Directories;
use crate::graph::states::Graph;
use crate::search::shape::Shape;

/// The targets of a session, and the means to find where they are and what makes them.
pub struct Search<'s> {
    /// The targets.
    pub graph: Graph<'s>,
    /// Directory listings, good until a command runs.
    pub directories: Directories,
    /// Pattern rules that a search under way uses: they are not used again inside it.
    pub(crate) in_use: Vec<*const PatternRule>,
    /// VPATH made one file of two whose rules do not go together.
    pub(crate) conflict: Option<Fatal>,
    /// A file's time was in the future.
    pub clock_skew: bool,
    /// The targets of pattern rules, for names that are looked at in numbers.
    pub(crate) shapes: Option<Vec<Shape>>,
    /// The host's epoch when this began: see [`Search::is_still_missing`].
    pub(crate) began: u64,
    /// Times that other sessions looked at as well.
    pub(crate) times: Option<Arc<TimesHere>>,
    /// Makefiles whose times nothing was compared with as yet, so that they do not count.
    pub(crate) uncompared: Vec<FileId>,
    /// VPATH, read once.
    pub(crate) general_vpath: Option<Rc<[BString]>>,
    /// GPATH, read once.
    pub(crate) gpath: Option<Vec<BString>>,
}

impl<'s> Search<'s> {
    /// Nothing was looked for yet.
    pub fn new(graph: Graph<'s>) -> Search<'s> {
        let times = graph.session.shared_times();
        let began = graph.session.host().epoch();
        Search {
            graph,
            began,
            times,
            directories: Directories::default(),
            in_use: Vec::new(),
            conflict: None,
            clock_skew: false,
            shapes: None,
            uncompared: Vec::new(),
            general_vpath: None,
            gpath: None,
        }
    }
}

impl<'s> Deref for Search<'s> {
    type Target = Graph<'s>;

    fn deref(&self) -> &Graph<'s> {
        &self.graph
    }
}

impl<'s> DerefMut for Search<'s> {
    fn deref_mut(&mut self) -> &mut Graph<'s> {
        &mut self.graph
    }
}
