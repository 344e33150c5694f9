//! Signals that end a make: commands under way end first, and their half-made targets are deleted.

use std::time::Duration;

use rkbuild_eval::{Fatal, Result};
use rkbuild_host::{Exit, signals};

use crate::jobs::roster::{Job, Jobs, Work};
use crate::jobs::signal::TERM;

/// How often is looked whether the user sent a second signal.
const IMPATIENCE: Duration = Duration::from_millis(100);

impl Jobs<'_> {
    /// Ends the session when a signal came. `job` is under way and not in the list of those that are.
    pub(crate) fn check_signal(&mut self, job: Option<(&mut Job, Exit)>) -> Result<()> {
        let Some(signal) = signals::pending() else { return Ok(()) };
        if self.dying {
            return Ok(());
        }
        self.dying = true;
        // Whoever is at the terminal sent the other signals to our children too.
        if signal == TERM {
            for job in &self.running {
                if let Work::Child(child) = &job.work {
                    let _ = child.kill(signal);
                }
            }
        }
        let mut files: Vec<_> = self.running.iter().map(|job| job.file).collect();
        files.extend(job.as_ref().map(|(job, _)| job.file));
        for file in files.into_iter().rev() {
            self.delete_targets(file);
        }
        if let Some((job, exit)) = job {
            self.last_word(job, exit);
        }
        while !self.running.is_empty() {
            self.wait_for_event_or(false, Some(IMPATIENCE))?;
            if signals::arrived() > 1 {
                break;
            }
        }
        self.ended.clear();
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
