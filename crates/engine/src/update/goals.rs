//! Goals to done: the order they are taken in, waiting, and what is said about each.

use std::cmp::Reverse;

use rkbuild_eval::{FileId, Result};
use thin_vec::ThinVec;

use crate::graph::states::{Phase, Status};
use crate::update::builder::Builder;
use crate::update::target::Outcome;

impl Builder<'_> {
    /// Brings the goals up to date, in order, until one fails (or all, with `-k`). For makefiles nothing is said
    /// about those that are up to date. Gives how they ended. `makefiles`: the goals are makefiles; for each, whether it
    /// need not be there.
    pub fn update_goals(&mut self, goals: &[FileId], makefiles: Option<&[bool]>) -> Result<Status> {
        self.for_makefiles = makefiles.is_some();
        let result = self.run_goals(goals, makefiles.unwrap_or_default());
        let result = match result {
            Ok(status) => self.wait_for_all().map(|()| status),
            Err(fatal) => {
                if self.running() > 0 {
                    self.session.error(None, "*** Waiting for unfinished jobs....");
                    self.wait_for_all()?;
                }
                Err(fatal)
            }
        };
        self.for_makefiles = false;
        self.current_goal = None;
        result
    }

    fn run_goals(&mut self, goals: &[FileId], optional: &[bool]) -> Result<Status> {
        self.walk += 1;
        let mut ended = Status::Success;
        let optional = optional.iter().copied().chain(std::iter::repeat(false));
        let mut open: Vec<(FileId, bool, bool)> =
            goals.iter().zip(optional).map(|(goal, optional)| (*goal, false, optional)).collect();
        let serial = self.not_parallel;
        self.shuffle_below(goals);
        if !self.for_makefiles && !serial {
            self.shuffle.apply(b"", &mut open);
        }
        loop {
            let mut at = 0;
            let mut pending = false;
            while at < open.len() {
                let (goal, changed, optional) = open[at];
                if pending && serial {
                    break;
                }
                self.current_goal = Some(goal).filter(|_| !optional);
                if self.for_makefiles {
                    // One that is included twice may be needed by the one and not by the other.
                    self.session.targets[goal].dont_care = optional;
                }
                self.ask_of(Some(goal));
                let before = self.session.commands;
                // Makefiles count as one level deeper than goals.
                let outcome = self.update(goal, u32::from(self.for_makefiles), None)?;
                let changed = changed || self.session.commands != before;
                match outcome {
                    Outcome::Pending => {
                        open[at].1 = changed;
                        pending = true;
                        at += 1;
                    }
                    Outcome::Done(status) => {
                        open.remove(at);
                        // The first that is not well is what make ends with.
                        if ended == Status::Success {
                            ended = status;
                        }
                        // What became of it is looked at, which may find another file for it in VPATH.
                        if status == Status::Success && !self.for_makefiles {
                            self.mtime(goal);
                        }
                        self.state(goal).rare_mut().told_to.get_or_insert(goal);
                        // A name is asked for once for each of its `::` rules.
                        if status == Status::Success || self.session.options.keep_going {
                            for at in 0..self.session.targets[goal].double_colon().len() {
                                let rule = self.session.targets[goal].double_colon()[at];
                                self.tell_pruned(rule, 0);
                            }
                        }
                        self.say_done(goal, changed);
                        // Where a recipe fails make ends at once; a file that could not be touched leaves the other goals alone.
                        let options = &self.session.options;
                        if status != Status::Success
                            && !options.keep_going
                            && !options.question
                            && self.told_failure
                        {
                            return Ok(ended);
                        }
                    }
                }
            }
            if open.is_empty() {
                return Ok(ended);
            }
            // What runs still was not asked about.
            self.ask_of(None);
            self.take_up_waiting()?;
            for goal in std::mem::take(&mut self.started_for) {
                for (open, changed, _) in &mut open {
                    *changed |= *open == goal;
                }
            }
        }
    }

    /// While makefiles are made `-n`, `-q` and `-t` are for those alone that are goals of the command line.
    fn ask_of(&mut self, makefile: Option<FileId>) {
        let Some((asked, named)) = &self.asked_of_makefiles else { return };
        let is_named = makefile.is_some_and(|makefile| named.contains(&makefile));
        let asked = if is_named { *asked } else { (false, false, false) };
        let options = &mut self.session.options;
        (options.just_print, options.question, options.touch) = asked;
    }

    /// Waits until recipes end and goes on with the targets that waited for them.
    fn take_up_waiting(&mut self) -> Result<()> {
        if self.ready.is_empty() {
            let ended = self.wait_one()?;
            if ended.is_empty() && self.running() == 0 && self.ready.is_empty() {
                // Every waiting target waits for a recipe; without any, there is nothing to wait for.
                return Err(self.session.fatal(None, "internal error: targets wait for nothing"));
            }
            self.recipes_ended(&ended)?;
        }
        self.run_ready()
    }

    /// Goes on with the targets whose prerequisites are done, in the order they were first met.
    fn run_ready(&mut self) -> Result<()> {
        while let Some(Reverse((_, file))) = self.ready.pop() {
            if self.state(file).phase != Phase::Waiting {
                continue;
            }
            let depth = self.state(file).depth;
            let head = self.session.targets.head(file);
            let before = self.session.commands;
            self.update_waiting(file, head, depth)?;
            if self.session.commands != before && self.goals.len() > 1 {
                let goal = self.goal_above(head);
                if !self.started_for.contains(&goal) {
                    self.started_for.push(goal);
                }
            }
        }
        Ok(())
    }

    /// The goal on whose behalf a target was first considered: what is done for the target is done for that goal.
    fn goal_above(&mut self, file: FileId) -> FileId {
        let mut goal = file;
        // No chain of parents is longer than there are targets.
        for _ in 0..self.known() {
            match self.state(goal).considered_for {
                Some(parent) if parent != goal => goal = parent,
                _ => break,
            }
        }
        goal
    }

    fn update_waiting(&mut self, file: FileId, head: FileId, depth: u32) -> Result<()> {
        // Its own waiters are registered already; a `::` rule is only one of its name's.
        let waiters = std::mem::take(&mut self.state(file).waiters);
        let outcome =
            if head == file { self.update(file, depth, None)? } else { self.update(head, depth, None)? };
        match outcome {
            Outcome::Pending => {
                let state = self.state(file);
                if state.phase == Phase::Done {
                    // It is done, but a later rule of its name is not: they wake and look again.
                    self.wake_all(waiters);
                } else {
                    state.waiters.extend(waiters);
                }
            }
            Outcome::Done(_) => self.wake_all(waiters),
        }
        Ok(())
    }

    pub(crate) fn wake_all(&mut self, waiters: ThinVec<FileId>) {
        for waiter in waiters {
            let state = self.state(waiter);
            state.waiting_for = state.waiting_for.saturating_sub(1);
            if state.waiting_for == 0 {
                let order = state.order;
                self.ready.push(Reverse((order, waiter)));
            }
        }
    }

    pub(crate) fn recipes_ended(&mut self, ended: &[(FileId, Status)]) -> Result<()> {
        let mut failed = None;
        for &(file, status) in ended {
            self.finished(file, status)?;
            if status != Status::Success && !self.is_unwanted(file) {
                failed = failed.max(Some(status));
            }
        }
        self.stop_if_failed(failed)
    }

    /// Without `-k` a failed recipe ends the session as soon as the others under way are over.
    fn stop_if_failed(&mut self, failed: Option<Status>) -> Result<()> {
        let Some(status) = failed else { return Ok(()) };
        if self.session.options.keep_going {
            return Ok(());
        }
        if self.running() > 0 {
            self.session.error(None, "*** Waiting for unfinished jobs....");
            self.wait_for_all()?;
        }
        Err(rkbuild_eval::Fatal { status: if status == Status::Question { 1 } else { 2 } })
    }

    /// Waits for every recipe under way.
    pub(crate) fn wait_for_all(&mut self) -> Result<()> {
        while self.running() > 0 {
            let ended = self.wait_one()?;
            for (file, status) in ended {
                self.finished(file, status)?;
            }
        }
        Ok(())
    }

    fn say_done(&mut self, goal: FileId, changed: bool) {
        let same = self.renamed(goal);
        if same != goal && self.session.targets[goal].is_double_colon {
            // Nothing is said of `::` rules that turned out to be another file's.
            return;
        }
        let goal = same;
        // Of a name's `::` rules it is the first that counts.
        let status = self.state(goal).status;
        let options = &self.session.options;
        let silent = options.silent || self.session.targets.all_silent;
        if self.for_makefiles || status != Some(Status::Success) || changed || silent || options.question {
            return;
        }
        let target = &self.session.targets[goal];
        let nothing = target.phony || target.recipe.is_none();
        let mut message = self.session.prefix();
        message.extend_from_slice(if nothing { b": Nothing to be done for '" } else { b": '" });
        message.extend_from_slice(self.name_of(goal));
        message.extend_from_slice(if nothing { b"'.\n" } else { b"' is up to date.\n" });
        self.session.out(&message);
    }

    /// How the update of a goal ended, if it was considered to the end.
    pub(crate) fn goal_status(&mut self, goal: FileId) -> Option<Status> {
        let goal = self.renamed(goal);
        self.state(goal).status
    }

    /// True when the recipe of a goal was run.
    pub(crate) fn was_run(&mut self, goal: FileId) -> bool {
        let goal = self.renamed(goal);
        let mut all = vec![goal];
        all.extend(self.session.targets[goal].double_colon().iter().copied());
        all.into_iter().any(|f| self.state(f).ran)
    }

    /// Makefiles that were brought up to date as such have nothing more to do as goals; those that were not said to
    /// be missing then are to be tried again.
    pub(crate) fn forget_goals(&mut self, goals: &[FileId]) {
        for &goal in goals {
            self.session.targets[goal].dont_care = false;
        }
    }
}
