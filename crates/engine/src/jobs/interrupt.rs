//! Signals that end a make: commands under way end first, and their half-made targets are deleted.

use std::time::Duration;

use rkbuild_eval::{Fatal, Result};
use rkbuild_host::poll::{self, Ready};
use rkbuild_host::{Exit, signals};

use crate::graph::builder::Builder;
use crate::jobs::job::{Job, Work};

/// How often is looked whether the user sent a second signal.
const IMPATIENCE: Duration = Duration::from_millis(100);

/// How long a signal takes from one process of a group to the next, at most.
const MOMENT: Duration = Duration::from_millis(20);

const QUIT: i32 = 3;
/// The signal that comes to us alone, and that we pass on.
pub(crate) const TERM: i32 = 15;

/// How a session that a signal ended is told from one that failed.
pub(crate) fn exit_of(status: i32) -> Exit {
    match signals::pending() {
        Some(signal) if status == 128 + signal => Exit::Signal { signal, core: false },
        _ => Exit::Code(status),
    }
}

/// A signal to a whole process group can end a command before it reaches this process, whose end it means too.
/// Waits a moment for it where a command was ended by such a signal.
pub(crate) fn settle(exit: Exit) {
    const FATAL: [i32; 4] = [1, 2, QUIT, TERM];
    if let (Exit::Signal { signal, .. }, None, Some(fd)) = (exit, signals::pending(), signals::fd())
        && FATAL.contains(&signal)
    {
        let _ = poll::wait_one(fd, Ready::Read, Some(MOMENT));
    }
}

impl Builder<'_> {
    /// Ends the session when a signal came. `job` is under way and not in the list of those that are.
    pub(crate) fn check_signal(&mut self, job: Option<(&mut Job, Exit)>) -> Result<()> {
        let Some(signal) = signals::pending() else { return Ok(()) };
        if self.jobs.dying {
            return Ok(());
        }
        self.jobs.dying = true;
        // Whoever is at the terminal sent the other signals to our children too.
        if signal == TERM {
            for job in &self.jobs.running {
                if let Work::Child(child) = &job.work {
                    let _ = child.kill(signal);
                }
            }
        }
        let mut files: Vec<_> = self.jobs.running.iter().map(|job| job.file).collect();
        files.extend(job.as_ref().map(|(job, _)| job.file));
        for file in files.into_iter().rev() {
            self.delete_targets(file);
        }
        if let Some((job, exit)) = job {
            self.last_word(job, exit);
        }
        while !self.jobs.running.is_empty() {
            self.wait_for_event_or(false, Some(IMPATIENCE))?;
            if signals::arrived() > 1 {
                break;
            }
        }
        self.jobs.ended.clear();
        self.remove_intermediates(true);
        Err(Fatal::of_signal(signal))
    }

    /// A command ended after the signal: what became of it is said, and nothing more is started.
    pub(crate) fn last_word(&mut self, job: &mut Job, exit: Exit) {
        if exit != Exit::Code(0) {
            self.command_error(job, exit, false);
        }
        self.release_output(job);
    }
}
