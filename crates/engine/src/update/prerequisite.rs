//! A prerequisite, as its target looks at it: brought up to date first, or, an intermediate file, looked through to what it would
//! be made from (manual 10.4).

use rkbuild_base::stack;
use rkbuild_eval::{FileId, Result};

use crate::graph::states::{Phase, Status};
use crate::graph::times::Time;
use crate::graph::trace::Trace;
use crate::update::builder::Builder;
use crate::update::shuffle::Shuffle;
use crate::update::target::Outcome;

/// What came of looking at one prerequisite.
pub(crate) struct Checked {
    /// How it ended, if not well.
    pub status: Option<Status>,
    /// A recipe has to end first.
    pub pending: bool,
}

impl Builder<'_> {
    /// The first to need a target is the one whose variables it sees, and the one messages name.
    pub(crate) fn adopt(&mut self, dep: FileId, parent: FileId) {
        let state = self.state(dep);
        if !state.linked || state.silent_failure {
            state.parent = Some(parent);
        }
    }

    /// Whether what a record lists for `file` may be looked at together; if not, it becomes prerequisites like any others.
    pub(crate) fn may_keep_list(&mut self, file: FileId) -> bool {
        if self.session.targets.list_of(file).is_none() {
            return false;
        }
        let target = &self.session.targets[file];
        let plain = target.grouped().is_empty()
            && !target.is_double_colon
            && !target.deps.iter().any(|dep| dep.order_only || dep.extra)
            && self.trace == Trace::default()
            && self.shuffle == Shuffle::Identity
            && !self.always_make
            && !self.session.options.check_symlink_times
            && !self.session.options.print_data_base;
        if !plain {
            self.spread(file);
        }
        plain
    }

    /// Looks at one prerequisite on behalf of a target of time `this_time`; says in `must_make` if the target is to
    /// be remade on its account. An intermediate file that does not exist is not made yet: what counts is whether
    /// something it would be made from is newer.
    pub(crate) fn check_dep(
        &mut self,
        dep: FileId,
        depth: u32,
        this_time: Time,
        must_make: &mut bool,
        waiter: FileId,
    ) -> Result<Checked> {
        let target = &self.session.targets[dep];
        if target.intermediate && !target.phony {
            self.set_updating(dep, true);
            let checked = self.check_intermediate(dep, depth, this_time, must_make, waiter);
            self.set_updating(dep, false);
            return checked;
        }
        let outcome = self.update(dep, depth, Some(waiter))?;
        let dep = self.renamed(dep);
        let time = self.mtime(dep);
        if time.is_missing() || time > this_time {
            *must_make = true;
        }
        Ok(match outcome {
            Outcome::Done(Status::Success) => Checked { status: None, pending: false },
            Outcome::Done(status) => Checked { status: Some(status), pending: false },
            Outcome::Pending => Checked { status: None, pending: true },
        })
    }

    /// The same for an intermediate file, by way of its own prerequisites.
    fn check_intermediate(
        &mut self,
        dep: FileId,
        depth: u32,
        this_time: Time,
        must_make: &mut bool,
        waiter: FileId,
    ) -> Result<Checked> {
        self.find_recipe(dep, depth)?;
        self.expand_secondary(dep)?;
        let time = self.mtime(dep);
        let dep = self.renamed(dep);
        if !time.is_missing() && time > this_time {
            *must_make = true;
            return Ok(Checked { status: None, pending: false });
        }
        if self.state(dep).phase == Phase::Running {
            self.wait_for(dep, Some(waiter));
            return Ok(Checked { status: None, pending: true });
        }
        let keep_going = self.session.options.keep_going;
        let mut status: Option<Status> = None;
        let mut pending = false;
        let mut at = 0;
        self.spread(dep);
        self.shuffle_deps(dep);
        while at < self.session.targets[dep].deps.len() {
            let index = self.dep_at(dep, at);
            let inner = self.session.targets[dep].deps[index].clone();
            let id = self.renamed(inner.file);
            if self.is_updating(id) {
                self.drop_circular(dep, index, id, dep);
                continue;
            }
            self.adopt(id, dep);
            let mut maybe_make = *must_make;
            self.session.deeper(|_| Ok(()))?;
            self.session.depth += 1;
            let checked = stack::deeper(|| self.check_dep(id, depth + 1, this_time, &mut maybe_make, waiter));
            self.session.depth -= 1;
            let checked = checked?;
            if !inner.order_only {
                *must_make = maybe_make;
            }
            status = status.max(checked.status);
            pending |= checked.pending;
            if status.is_some() && !keep_going {
                break;
            }
            at += 1;
        }
        Ok(Checked { status, pending })
    }

    /// Brings up to date the intermediate files among the prerequisites of a target that is to be made. `status` and `pending`
    /// are what came of the others.
    pub(crate) fn make_intermediates(
        &mut self,
        file: FileId,
        depth: u32,
        serial: bool,
        status: &mut Status,
        pending: &mut bool,
    ) -> Result<()> {
        let keep_going = self.session.options.keep_going;
        // What failed before, with nobody told, does not keep the first of them from being tried; nor what could not be touched.
        if *status == Status::Failed && !keep_going && self.told_failure {
            return Ok(());
        }
        let order = self.state(file).shuffled().to_vec();
        for at in 0..self.session.targets[file].deps.len() {
            let at = order.get(at).copied().unwrap_or(at);
            // What is made here may be found to lead back, and is dropped then.
            let Some(dep) = self.session.targets[file].deps.get(at).cloned() else { continue };
            if *pending && (dep.wait || serial) {
                break;
            }
            let id = self.renamed(dep.file);
            if !self.session.targets[id].intermediate || self.is_updating(id) {
                continue;
            }
            let before = self.mtime(id);
            self.adopt(id, file);
            let dont_care = self.share_dont_care(file, id);
            let outcome = self.update(id, depth, Some(file));
            self.session.targets[id].dont_care = dont_care;
            match outcome? {
                Outcome::Pending => *pending = true,
                Outcome::Done(ended) => *status = (*status).max(ended),
            }
            if !*pending {
                let id = self.renamed(id);
                let target = &self.session.targets[file];
                let phony = target.phony && target.recipe.is_some();
                let changed = phony || self.mtime(id) != before;
                if let Some(state) = self.state(file).deps.get_mut(at) {
                    state.changed = changed;
                }
            }
            if *status != Status::Success && !keep_going {
                break;
            }
        }
        Ok(())
    }

    /// What a makefile that need not be there is made from need not be there either, for the time being: gives what was
    /// true of `dep` before.
    pub(crate) fn share_dont_care(&mut self, file: FileId, dep: FileId) -> bool {
        let before = self.session.targets[dep].dont_care;
        if self.for_makefiles {
            let unwanted = self.session.targets[file].dont_care || self.state(file).unwanted;
            self.session.targets[dep].dont_care = unwanted;
        }
        before
    }
}
