//! Signals that end a make: commands under way end first, and their half-made targets are deleted.

use std::time::{Duration, Instant};

use rkbuild_eval::{Fatal, FileId, Result};
use rkbuild_host::{Exit, signals};

use crate::jobs::roster::{Job, Jobs, Work};
use crate::jobs::signal::{MOMENT, TERM};

/// How often is looked whether the user sent a second signal.
const IMPATIENCE: Duration = Duration::from_millis(100);

/// How soon after the first a signal is still the same one: `timeout` sends it to its child and then to the group.
const SAME: Duration = Duration::from_millis(500);

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
        let mut suspects: Vec<FileId> = self.running.iter().map(|job| job.file).collect();
        if let Some((job, exit)) = job {
            suspects.push(job.file);
            self.delete_targets(job.file);
            self.delete_first();
            self.last_word(job, exit);
        } else {
            self.delete_first();
        }
        let since = Instant::now();
        let mut arrived = signals::arrived();
        while !self.running.is_empty() && signals::arrived() <= arrived {
            self.wait_for_event_or(false, Some(IMPATIENCE))?;
            if since.elapsed() < SAME {
                arrived = signals::arrived();
            }
        }
        self.delete_last(suspects);
        self.ended.clear();
        self.remove_intermediates(true);
        Err(Fatal::of_signal(signal))
    }

    /// Deletes the targets of all recipes under way, before their commands have ended: that is when make tells of it.
    fn delete_first(&mut self) {
        for at in (0..self.running.len()).rev() {
            let Some(file) = self.running.get(at).map(|job| job.file) else { continue };
            let deleted = self.delete_targets(file);
            if let Some(job) = self.running.get_mut(at) {
                // A script of this process ends where it is.
                job.half_made = deleted || !matches!(job.work, Work::Child(_));
            }
        }
    }

    /// A command that was under way when the signal came has ended. What it wrote after its targets were deleted goes, too:
    /// it may be the rest of what was deleted. Only a recipe that nothing was taken from, and that is complete, gave what it
    /// should: the signal came to make alone.
    pub(crate) fn ended_dying(&mut self, job: &mut Job, exit: Exit) {
        if exit == Exit::Code(0) && job.lines.is_empty() && !job.half_made {
            self.completed.push(job.file);
        } else {
            self.delete_again(job.file);
        }
        self.last_word(job, exit);
    }

    /// What a command started can outlive it for a moment, where the same signal ends it, and be about to open a target.
    fn delete_last(&mut self, mut files: Vec<FileId>) {
        files.retain(|file| !self.session.targets[*file].phony && !self.completed.contains(file));
        if files.is_empty() {
            return;
        }
        std::thread::sleep(MOMENT);
        for file in files {
            self.delete_again(file);
        }
    }

    /// What became of a command that ended after the signal is said; nothing more is started.
    fn last_word(&mut self, job: &mut Job, exit: Exit) {
        if exit != Exit::Code(0) {
            self.command_error(job, exit, false);
        }
        self.release_output(job);
    }
}
