//! What a make is started with.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use rkbuild_base::BString;
use rkbuild_host::{Dir, Env, Stdio};

use crate::graph::observer::Make;

/// What a make is started with.
#[derive(Clone)]
pub struct Invocation {
    /// The arguments, the program's own name first.
    pub argv: Vec<BString>,
    /// The environment.
    pub env: Env,
    /// The working directory.
    pub dir: Arc<Dir>,
    /// Standard streams.
    pub stdio: Stdio,
    /// Descriptors that were handed down under their own numbers: a jobserver's pipe.
    pub inherited: Vec<Arc<OwnedFd>>,
    /// It runs in a process of its own: what this process inherited is its.
    pub own_process: bool,
    /// `--no-native`
    pub no_native: bool,
    /// What starts it runs in each build: so do its recipes that always run, which may be given then.
    pub again: bool,
    /// What the session above calls it by; see [`Recall::number`](crate::jobs::recall::Recall::number).
    pub number: u64,
    /// What the observer calls the command that starts it; 0 where there is none.
    pub observed: u64,
}

impl Invocation {
    /// What an observer is told of it.
    pub fn observed(&self) -> Make<'_> {
        Make { above: self.observed, argv: &self.argv, dir: &self.dir }
    }
}
