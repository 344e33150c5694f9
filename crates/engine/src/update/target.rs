//! Bringing a target up to date: is it older than what it is made from, and what has to be done first?
//!
//! [`Builder::update`] walks depth first. Where a recipe runs (with `-j`) it goes on to the next prerequisite and
//! leaves the target in [`Phase::Waiting`], registered with everything it waits for; when the last of those is
//! done the target is looked at again from the start, with what is known by then.

use rkbuild_base::{BStr, stack};
use rkbuild_eval::{FileId, Result};

use crate::graph::states::{DepState, Phase, Status};
use crate::graph::times::Time;
use crate::jobs::job::Started;
use crate::update::builder::Builder;

/// What came of looking at a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done with.
    Done(Status),
    /// Recipes have to end first.
    Pending,
}

impl Builder<'_> {
    /// Brings `file` up to date, all its `::` rules in order. `waiter` is registered with what is not done yet.
    pub fn update(&mut self, file: FileId, depth: u32, waiter: Option<FileId>) -> Result<Outcome> {
        let file = self.renamed(file);
        if !self.session.targets[file].is_double_colon {
            return self.update_one(file, depth, waiter);
        }
        let file = self.session.targets.head(file);
        let mut status = Status::Success;
        let walked = self.state(file).rare_mut().walked;
        let known = walked > 0;
        if walked == self.walk {
            self.tell_pruned(file, depth);
        }
        // On the way there may come to be more; what comes later has to wait for the next walk.
        while walked != self.walk {
            let next = self.state(file).rare_mut().next_rule as usize;
            if next > self.session.targets[file].double_colon().len() {
                break;
            }
            let rule = if next == 0 { file } else { self.session.targets[file].double_colon()[next - 1] };
            let outcome = self.update_one(rule, depth, waiter)?;
            // One found to be another file takes the place of the name's rules, those that follow included.
            if self.renamed(rule) != rule {
                return Ok(outcome);
            }
            match outcome {
                Outcome::Pending => return Ok(Outcome::Pending),
                Outcome::Done(ended) => status = status.max(ended),
            }
            if status != Status::Success && !self.session.options.keep_going {
                return Ok(Outcome::Done(status));
            }
            self.state(file).rare_mut().next_rule += 1;
        }
        let walk = self.walk;
        self.state(file).rare_mut().walked = walk;
        // What became of all rules is for the first that needs them in a walk; to others the first rule speaks for the name.
        let silent = self.state(file).silent_failure && !self.session.targets[file].dont_care;
        let first_of_walk = known && walked != walk;
        if let Some(waiter) = waiter {
            let state = self.state(file);
            if first_of_walk {
                state.rare_mut().told_to = Some(waiter);
            }
            if *state.rare_mut().told_to.get_or_insert(waiter) != waiter && !silent {
                return Ok(Outcome::Done(state.status.unwrap_or(Status::Success)));
            }
        }
        // What earlier rules gave counts when the walk comes by again.
        for at in 0..=self.session.targets[file].double_colon().len() {
            let rule = if at == 0 { file } else { self.session.targets[file].double_colon()[at - 1] };
            status = status.max(self.state(rule).status.unwrap_or(Status::Success));
            if known {
                self.complain_of_silent_failure(rule)?;
            }
        }
        Ok(Outcome::Done(status))
    }

    /// Has `waiter` looked at again when `file` is done with.
    pub(crate) fn wait_for(&mut self, file: FileId, waiter: Option<FileId>) -> Outcome {
        if let Some(waiter) = waiter
            && !self.state(file).waiters.contains(&waiter)
        {
            self.state(file).waiters.push(waiter);
            self.state(waiter).waiting_for += 1;
        }
        Outcome::Pending
    }

    /// Brings one rule's target up to date.
    fn update_one(&mut self, file: FileId, depth: u32, waiter: Option<FileId>) -> Result<Outcome> {
        let (phase, waiting_for) = (self.state(file).phase, self.state(file).waiting_for);
        let walk = self.walk;
        let seen = std::mem::replace(&mut self.state(file).walk, walk) == walk;
        match phase {
            Phase::Done => {
                let status = self.state(file).status.unwrap_or(Status::Success);
                if self.tracing_verbose() {
                    self.tell_done(file, depth, status, seen);
                }
                self.complain_of_silent_failure(file)?;
                return Ok(Outcome::Done(status));
            }
            Phase::Running => return Ok(self.wait_for(file, waiter)),
            Phase::Waiting if waiting_for > 0 => return Ok(self.wait_for(file, waiter)),
            Phase::New => {
                self.state(file).depth = depth;
                let parent = self.parent(file);
                self.state(file).considered_for = parent;
                let inherited = parent.is_some_and(|parent| self.state(parent).unwanted);
                let allowed = inherited || self.session.targets[file].dont_care;
                self.state(file).unwanted = self.for_makefiles && allowed;
                let order = self.next_order;
                self.next_order += 1;
                self.state(file).order = order;
                if self.tracing_verbose() {
                    let name = self.name_of(file);
                    self.debug(depth, &[b"Considering target file '", name, b"'."]);
                }
            }
            Phase::Waiting => {}
        }
        self.session.deeper(|_| Ok(()))?;
        self.session.depth += 1;
        let result = stack::deeper(|| self.consider(file, depth, waiter));
        self.session.depth -= 1;
        result
    }

    /// Tells that a target was done with before; `seen`: in this very walk.
    fn tell_done(&mut self, file: FileId, depth: u32, status: Status, seen: bool) {
        if seen && self.tell_pruned(file, depth) {
            return;
        }
        let name = self.name_of(file);
        if self.is_one_walk() {
            self.debug(depth, &[b"Considering target file '", name, b"'."]);
        }
        match status {
            Status::Success => self.debug(depth, &[b"File '", name, b"' was considered already."]),
            _ => self.debug(depth, &[b"Recently tried and failed to update file '", name, b"'."]),
        }
    }

    /// Tells that a name was met again; false where it is looked at again.
    pub(crate) fn tell_pruned(&mut self, file: FileId, depth: u32) -> bool {
        let silent = self.state(file).silent_failure && !self.session.targets[file].dont_care;
        let pruned = self.is_one_walk() && !silent;
        if pruned && self.tracing_verbose() {
            let name = self.name_of(file);
            self.debug(depth, &[b"Pruning file '", name, b"'."]);
        }
        pruned
    }

    /// With one job after the other all goals are one walk.
    fn is_one_walk(&self) -> bool {
        self.session.options.jobs.is_none_or(|jobs| jobs == 1)
    }

    fn consider(&mut self, file: FileId, depth: u32, waiter: Option<FileId>) -> Result<Outcome> {
        self.set_updating(file, true);
        // The time first: VPATH may turn the name into another file's, with other rules.
        let mut this_time = self.mtime_uncompared(file);
        if let Some(fatal) = self.conflict.take() {
            return Err(fatal);
        }
        let same = self.renamed(file);
        if same != file {
            self.set_updating(file, false);
            let parent = self.state(file).parent;
            self.state(same).parent = parent;
            return self.update(same, depth, waiter);
        }
        let missing = this_time.is_missing();
        if missing && self.state(file).phase == Phase::New && self.tracing() {
            let name = self.name_of(file);
            self.debug(depth, &[b" File '", name, b"' does not exist."]);
        }
        if crate::graph::archive::split(self.name_of(file)).is_some() {
            // Archives keep whole seconds.
            this_time = low_resolution(this_time);
        }
        if self.session.targets[file].low_resolution_time() {
            if this_time.ns().is_some_and(|ns| ns % 1_000_000_000 != 0) {
                let mut message = b"*** Warning: .LOW_RESOLUTION_TIME file '".to_vec();
                message.extend_from_slice(self.name_of(file));
                message.extend_from_slice(b"' has a high resolution time stamp");
                self.session.error(None, message);
            }
            this_time = low_resolution(this_time);
        }
        let mut must_make = missing;
        // From 4.4 on, of several targets made together the oldest counts, and one that is missing is enough.
        let newer = self.session.identity().is_4_4();
        let siblings =
            if newer && !missing { self.session.targets[file].grouped().to_vec() } else { Vec::new() };
        for sibling in siblings {
            let time = self.mtime(sibling);
            this_time = this_time.min(time);
            if time.is_missing() {
                must_make = true;
                if self.tracing() {
                    let names = (self.name_of(sibling), self.name_of(file));
                    self.debug(
                        depth,
                        &[b" Grouped target peer '", names.0, b"' of file '", names.1, b"' does not exist."],
                    );
                }
                break;
            }
        }
        self.find_recipe(file, depth + 1)?;
        self.expand_secondary(file)?;
        let target = &self.session.targets[file];
        if target.recipe.is_some() || !target.deps.is_empty() || !target.grouped().is_empty() {
            self.time_counts(file);
        }

        let mut status = Status::Success;
        let mut pending = false;
        let mut listed = self.may_keep_list(file);
        let keep_going = self.session.options.keep_going;
        // To 4.3 prerequisites are two levels further in.
        let within = if newer { depth } else { depth + 1 };
        let serial = self.not_parallel || self.session.targets[file].not_parallel();
        let mut at = 0;
        // The prerequisites of targets made together count for each of them.
        let peers = self.session.targets[file].grouped().to_vec();
        let owner_of = |at: usize| at.checked_sub(1).map_or(Some(file), |at| peers.get(at).copied());
        let mut owner_at = 0;
        // Some prerequisite of the owner was not circular.
        let mut kept = false;
        while let Some(owner) = owner_of(owner_at) {
            if at == 0 && owner != file {
                self.expand_secondary(owner)?;
                self.spread(owner);
            }
            if listed && owner == file && self.session.targets.list_at(file) == Some(at) {
                if pending && serial {
                    break;
                }
                listed = false;
                match self.look_at_list(file) {
                    Some(youngest) => must_make |= youngest > this_time,
                    None => drop(self.spread(file)),
                }
                continue;
            }
            if at >= self.session.targets[owner].deps.len() {
                owner_at += 1;
                at = 0;
                kept = false;
                continue;
            }
            // Those of its peers are gone through as they are written, unless some goal leads to them.
            if at == 0 && owner == file {
                self.shuffle_deps(owner);
            }
            let index = self.dep_at(owner, at);
            let dep = self.session.targets[owner].deps[index].clone();
            if pending && (dep.wait || serial) {
                break;
            }
            if self.state(owner).deps.len() <= index {
                let count = self.session.targets[owner].deps.len();
                let known = &mut self.state(owner).deps;
                known.reserve_exact(count - known.len());
                known.resize(count, DepState::default());
            }
            let before = match self.state(owner).deps[index].before {
                Some(before) => before,
                None => {
                    let before = self.mtime(dep.file);
                    self.state(owner).deps[index].before = Some(before);
                    before
                }
            };
            // Through VPATH it may have turned out to be another file by now.
            let id = self.renamed(dep.file);
            if self.is_updating(id) {
                if let Some((start, count)) = self.spread(owner) {
                    // What was looked at together is passed one by one now.
                    at += if at >= start { count } else { 0 };
                    listed = false;
                    continue;
                }
                if owner == file || kept {
                    self.drop_circular(owner, index, id, file);
                } else {
                    self.drop_first_of_peer(owner, index, id, file);
                    at += 1;
                }
                continue;
            }
            kept = true;
            self.adopt(id, file);
            let mut maybe_make = must_make;
            let dont_care = self.share_dont_care(file, id);
            let dropped = self.dropped.len();
            let checked = self.check_dep(id, within + 1, this_time, &mut maybe_make, file);
            self.session.targets[id].dont_care = dont_care;
            let checked = checked?;
            if !dep.order_only {
                must_make = maybe_make;
            }
            pending |= checked.pending;
            if let Some(failed) = checked.status {
                status = status.max(failed);
            }
            if status == Status::Failed && !keep_going && (self.told_failure || !self.is_unwanted(file)) {
                break;
            }
            if status != Status::Success && !keep_going {
                // The peers' prerequisites are still asked.
                owner_at += 1;
                at = 0;
                kept = false;
                continue;
            }
            if !pending {
                let id = self.renamed(id);
                let changed = self.mtime(id) != before || before.is_missing();
                if let Some(state) = self.state(owner).deps.get_mut(index) {
                    state.changed = changed;
                }
            }
            at = match self.dropped.len() {
                same if same == dropped => at + 1,
                _ => self.after_dropped(owner, at, dropped, file),
            };
        }
        // If it must be made, so must the intermediate files it is made from.
        if must_make || self.always_make {
            self.make_intermediates(file, depth + 1, serial, &mut status, &mut pending)?;
        }
        self.set_updating(file, false);
        if pending {
            self.state(file).phase = Phase::Waiting;
            if self.tracing_verbose() {
                let name = self.name_of(file);
                self.debug(depth, &[b"The prerequisites of '", name, b"' are being made."]);
            }
            return Ok(self.wait_for(file, waiter));
        }
        if self.tracing_verbose() {
            let name = self.name_of(file);
            self.debug(within, &[b"Finished prerequisites of target file '", name, b"'."]);
        }
        if status != Status::Success {
            return self.give_up(file, depth, status);
        }
        self.decide(file, depth, this_time, must_make, waiter)
    }

    /// Searches for a recipe where no rule gave one; `depth` is what messages about it have.
    pub(crate) fn find_recipe(&mut self, file: FileId, depth: u32) -> Result<()> {
        let target = &self.session.targets[file];
        if target.recipe.is_none() && !target.phony && !self.state(file).tried_implicit {
            self.search_rule(file, depth)?;
        }
        let target = &self.session.targets[file];
        if target.recipe.is_none() && !target.is_target {
            let default = self.session.targets.lookup(self.session.known.default);
            if let Some(recipe) = default.and_then(|d| self.session.targets[d].recipe.clone()) {
                if self.trace.implicit {
                    let name = self.name_of(file);
                    self.debug(depth, &[b"Using default recipe for '", name, b"'."]);
                }
                self.session.targets[file].recipe = Some(recipe);
            }
        }
        Ok(())
    }

    /// A prerequisite could not be made.
    fn give_up(&mut self, file: FileId, depth: u32, status: Status) -> Result<Outcome> {
        self.finish(file, status, false)?;
        if self.tracing_verbose() {
            let name = self.name_of(file);
            self.debug(depth, &[b"Giving up on target file '", name, b"'."]);
        }
        let options = &self.session.options;
        let told = options.keep_going && !options.just_print && !options.question;
        if depth == 0 && told {
            let mut message = b"Target '".to_vec();
            message.extend_from_slice(self.name_of(file));
            message.extend_from_slice(b"' not remade because of errors.");
            self.session.error(None, message);
        }
        Ok(Outcome::Done(status))
    }

    /// All prerequisites are done: is the target to be remade?
    fn decide(
        &mut self,
        file: FileId,
        depth: u32,
        this_time: Time,
        mut must_make: bool,
        waiter: Option<FileId>,
    ) -> Result<Outcome> {
        let missing = this_time.is_missing();
        let mut deps_changed = false;
        let count = self.session.targets[file].deps.len();
        if self.state(file).deps.len() < count {
            let known = &mut self.state(file).deps;
            known.reserve_exact(count - known.len());
            known.resize(count, DepState::default());
        }
        for at in 0..count {
            let dep = self.session.targets[file].deps[at].clone();
            let id = self.renamed(dep.file);
            let time = self.mtime(id);
            let id = self.renamed(id);
            if !dep.order_only {
                if time.is_missing() && !self.session.targets[id].intermediate {
                    must_make = true;
                }
                deps_changed |= self.state(file).deps[at].changed;
            }
            let changed = self.state(file).deps[at].changed || missing || time > this_time;
            self.state(file).deps[at].changed = changed;
            if !missing && self.tracing() {
                let (dep_name, name) = (self.name_of(id), self.name_of(file));
                if dep.order_only {
                    if self.trace.verbose {
                        self.debug(
                            depth,
                            &[b" Prerequisite '", dep_name, b"' is order-only for target '", name, b"'."],
                        );
                    }
                } else if time.is_missing() {
                    self.debug(
                        depth,
                        &[b" Prerequisite '", dep_name, b"' of target '", name, b"' does not exist."],
                    );
                } else if changed {
                    self.debug(
                        depth,
                        &[b" Prerequisite '", dep_name, b"' is newer than target '", name, b"'."],
                    );
                } else if self.trace.verbose {
                    self.debug(
                        depth,
                        &[b" Prerequisite '", dep_name, b"' is older than target '", name, b"'."],
                    );
                }
            }
        }
        self.decide_list(file, this_time);
        let target = &self.session.targets[file];
        let name = self.name_of(file);
        if target.is_double_colon && target.deps.is_empty() {
            must_make = true;
            if self.tracing() {
                self.debug(depth, &[b"Target '", name, b"' is double-colon and has no prerequisites."]);
            }
        } else if !missing
            && target.is_target
            && !deps_changed
            && target.recipe.is_none()
            && !self.always_make
        {
            must_make = false;
            if self.tracing_verbose() {
                self.debug(depth, &[b"No recipe for '", name, b"' and no prerequisites actually changed."]);
            }
        } else if !must_make && target.recipe.is_some() && self.always_make {
            must_make = true;
            if self.tracing_verbose() {
                self.debug(depth, &[b"Making '", name, b"' due to always-make flag."]);
            }
        }
        self.observe_target(file, this_time, must_make);
        if !must_make {
            if self.tracing_verbose() {
                match self.state(file).found_as() {
                    Some(found) => {
                        let found = self.session.text(found);
                        self.debug(
                            depth,
                            &[b"No need to remake target '", name, b"'; using VPATH name '", found, b"'."],
                        );
                    }
                    None => self.debug(depth, &[b"No need to remake target '", name, b"'."]),
                }
            }
            // What make did not make it does not remove, be it intermediate.
            let target = &mut self.session.targets[file];
            target.secondary_flag |= !missing && !target.notintermediate;
            self.finish(file, Status::Success, false)?;
            self.use_found(file);
            return Ok(Outcome::Done(Status::Success));
        }
        if self.tracing() {
            self.debug(depth, &[b"Must remake target '", name, b"'."]);
        }
        if let Some(found) = self.state(file).take_found_as() {
            if self.tracing() {
                let found = self.session.text(found);
                self.debug(0, &[b"  Ignoring VPATH name '", found, b"'."]);
            }
            self.state(file).ignore_vpath = true;
        }
        self.remake(file, depth, waiter)
    }

    /// Searches for an implicit rule. Where somebody surveys a tree that is not built, a target may be made from a file that
    /// something makes of which make knows nothing: it counts as one that ought to exist.
    fn search_rule(&mut self, file: FileId, depth: u32) -> Result<()> {
        if self.try_implicit_rule(file, depth)? || !self.is_surveyed() {
            return Ok(());
        }
        let (dir, target) = (&self.session.dir, BStr::new(self.name_of(file)));
        let source = self.process.survey().and_then(|survey| survey.made_from(dir, target));
        if let Some(source) = source {
            let source = self.session.name(&source);
            self.directories.reconsider(source);
            let source = self.session.targets.enter(source);
            self.session.targets[source].name_explicitly();
            self.try_implicit_rule(file, depth)?;
        }
        Ok(())
    }

    /// Whether somebody wants to know what would be run, and nothing is to be run.
    fn is_surveyed(&self) -> bool {
        self.session.options.just_print && self.process.survey().is_some()
    }

    /// Runs the recipe, or says that there is none.
    fn remake(&mut self, file: FileId, depth: u32, waiter: Option<FileId>) -> Result<Outcome> {
        let target = &self.session.targets[file];
        let Some(_) = target.recipe else {
            let status = if target.phony || target.is_target || self.is_surveyed() {
                Status::Success
            } else {
                if !self.is_unwanted(file) {
                    self.complain(file)?;
                }
                Status::Failed
            };
            self.finish(file, status, false)?;
            self.report(file, depth, status);
            return Ok(Outcome::Done(status));
        };
        if self.session.options.touch && !self.is_recursive(file) {
            let status = if self.session.targets[file].phony {
                Status::Success
            } else {
                let status = self.touch_target(file)?;
                self.state(file).mtime = None;
                self.session.commands += 1;
                status
            };
            self.finish(file, status, true)?;
            self.report(file, depth, status);
            return Ok(Outcome::Done(status));
        }
        self.start_peers(file);
        self.state(file).phase = Phase::Running;
        match self.run_recipe(file)? {
            Started::Running => {
                if self.tracing_verbose() {
                    let name = self.name_of(file);
                    self.debug(depth, &[b"Recipe of '", name, b"' is being run."]);
                }
                Ok(self.wait_for(file, waiter))
            }
            Started::Stopped => {
                let ended = self.wait_one()?;
                self.recipes_ended(&ended)?;
                Ok(self.wait_for(file, waiter))
            }
            Started::Done(status) => {
                self.finished(file, status)?;
                Ok(Outcome::Done(self.state(file).status.unwrap_or(status)))
            }
        }
    }

    /// The recipe about to run makes other targets too: whoever needs one of them waits, although its file may be there
    /// before the recipe is over.
    fn start_peers(&mut self, file: FileId) {
        for peer in self.session.targets[file].grouped().to_vec() {
            // Being made, it is not a file that was simply there.
            if matches!(self.state(peer).phase, Phase::New | Phase::Waiting) {
                self.state(peer).phase = Phase::Running;
            }
            if self.state(peer).mtime_before.is_none() {
                let known = self.state(peer).mtime;
                let time = self.mtime_of(peer, false);
                self.state(peer).mtime_before = Some(time);
                // One nobody asked about counts as changed should the recipe fail.
                self.state(peer).mtime = known;
            }
        }
    }

    fn report(&self, file: FileId, depth: u32, status: Status) {
        if !self.tracing() {
            return;
        }
        let name = self.name_of(file);
        match status {
            Status::Failed => self.debug(depth, &[b"Failed to remake target file '", name, b"'."]),
            Status::Success => self.debug(depth, &[b"Successfully remade target file '", name, b"'."]),
            Status::Question => {
                self.debug(depth, &[b"Target file '", name, b"' needs to be remade under -q."]);
            }
        }
    }

    /// A recipe ended: the target is done with. Without `-k` a failure ends the session when the other recipes
    /// under way are over.
    pub fn finished(&mut self, file: FileId, status: Status) -> Result<()> {
        let depth = self.state(file).depth;
        self.state(file).ran = true;
        self.forget_automatic(file);
        // With `-t` only recursive lines were run: the rest is done by touching.
        let mut status = status;
        let ended_well = status == Status::Success;
        let mut again = false;
        if ended_well
            && self.session.options.touch
            && !self.session.targets[file].phony
            && self.is_recursive(file)
            && !self.all_recursive(file)
        {
            self.session.commands += 1;
            status = self.touch_target(file)?;
            again = self.state(file).ended_unrun && status == Status::Success;
        }
        self.finish(file, status, true)?;
        if again {
            // GNU make touches once when a recipe is over and once when its last command is; both are told.
            status = self.touch_target(file)?;
            self.state(file).status = Some(status);
        }
        let in_vain = status != Status::Success && ended_well;
        self.report(file, depth, status);
        if in_vain {
            self.delete_targets(file);
        }
        Ok(())
    }

    /// Marks a target as done with and wakes those that wait for it. `ran`: something was done that may have
    /// changed it, so its time has to be looked at again.
    fn finish(&mut self, file: FileId, status: Status, ran: bool) -> Result<()> {
        if self.state(file).mtime_before.is_none() {
            let time = self.state(file).mtime;
            self.state(file).mtime_before = time;
        }
        if ran && !self.session.targets[file].phony {
            let options = &self.session.options;
            let pretend = (options.question || options.just_print || options.touch)
                && self.session.targets[file].recipe.is_some();
            let pretend = pretend && !self.all_recursive(file);
            // Under -n and -q nothing was done: the target counts as new all the same.
            if pretend {
                self.state(file).mtime = Some(Time::NEW);
            } else if !self.is_still_missing(file) {
                self.state(file).mtime = None;
            }
            self.see_member_again(file);
            let name = self.name_of(file);
            self.directories.forget(name);
        }
        let unwanted = self.is_unwanted(file);
        {
            let state = self.state(file);
            state.phase = Phase::Done;
            state.status = Some(status);
            state.silent_failure = status != Status::Success && unwanted;
            state.failed_silently |= state.silent_failure;
        }
        if let Some(head) = self.session.targets[file].double_colon_head() {
            // When the last of a name's rules is done, all of them see what became of the file.
            let all = self.session.targets.rules(head);
            if all.iter().all(|rule| self.state(*rule).phase == Phase::Done) {
                let ran = all.iter().any(|rule| self.state(*rule).mtime.is_none());
                let time = all.iter().filter_map(|rule| self.state(*rule).mtime).max();
                for rule in all {
                    self.state(rule).mtime = if ran { None } else { time };
                }
            }
        }
        // What was touched without its recipe says nothing of the others.
        let touched = self.session.options.touch && !self.is_recursive(file);
        if ran && !touched {
            for sibling in self.session.targets[file].grouped().to_vec() {
                let state = self.state(sibling);
                state.phase = Phase::Done;
                state.status = Some(status);
                state.ran = true;
                if !self.session.targets[sibling].phony {
                    self.state(sibling).mtime = None;
                    self.mtime_of(sibling, false);
                }
                self.wake(sibling);
            }
            // Targets grouped by a makefile have the target itself among them: what was pretended is seen through.
            let target = &self.session.targets[file];
            if target.own_place().is_some() && !target.phony {
                self.state(file).mtime = None;
            }
            self.warn_missing_peers(file, status);
        }
        // Also what a recipe that failed has left.
        self.note_intermediates(file);
        self.wake(file);
        Ok(())
    }

    /// A recipe that did not put an archive's member in leaves that to the archive's own recipe: 4.4 takes the member as
    /// not there, so that the archive is remade (manual 11.3).
    fn see_member_again(&mut self, file: FileId) {
        let name = self.name_of(file);
        if self.state(file).mtime.is_some()
            || crate::graph::archive::split(name).is_none()
            || !self.session.identity().is_4_4()
        {
            return;
        }
        let time = self.member_time(name);
        if self.state(file).mtime_before == Some(time) {
            self.state(file).mtime = Some(Time::MISSING);
        }
    }

    /// A pattern rule with several targets should make all of them (4.4).
    fn warn_missing_peers(&mut self, file: FileId, status: Status) {
        let searched = self.state(file).tried_implicit;
        let options = &self.session.options;
        let pretend = options.just_print || options.question || options.touch || self.observed.only_looks();
        // A pattern rule that names the target twice makes it its own peer, whose time was looked at once more.
        let own_peer = self.session.targets[file].grouped().contains(&file);
        let pretend = pretend && !self.all_recursive(file) && !own_peer;
        if status == Status::Question || !self.session.identity().is_4_4() || !searched || pretend {
            return;
        }
        let Some(recipe) = self.session.targets[file].recipe.clone() else { return };
        // A recipe that did not even bring forward the target it ran for says nothing about the others.
        let before = self.state(file).mtime_before.unwrap_or(Time::MISSING);
        if self.mtime(file) <= before {
            return;
        }
        let line = self.state(file).failed_line().unwrap_or(recipe.place.line);
        let place = rkbuild_base::Place { line, ..recipe.place };
        for sibling in self.session.targets[file].grouped().to_vec() {
            // One that is there, however old, is not spoken of.
            if self.session.targets[sibling].phony || !self.mtime_of(sibling, false).is_missing() {
                continue;
            }
            // Nor a member of an archive that is not there itself.
            if let Some((archive, _)) = crate::graph::archive::split(self.name_of(sibling)) {
                let archive = self.archive_path(archive);
                if !self.session.host().exists(&self.session.dir, &archive) {
                    continue;
                }
            }
            let mut message = b"warning: pattern recipe did not update peer target '".to_vec();
            message.extend_from_slice(self.name_of(sibling));
            message.extend_from_slice(b"'.");
            self.session.error(Some(place), message);
        }
    }

    fn wake(&mut self, file: FileId) {
        let waiters = std::mem::take(&mut self.state(file).waiters);
        self.wake_all(waiters);
    }

    /// Says now what was not said when a target failed as a makefile that need not be there.
    fn complain_of_silent_failure(&mut self, file: FileId) -> Result<()> {
        let state = self.state(file);
        let silent = state.silent_failure && state.status.is_some_and(|status| status != Status::Success);
        if silent && !self.session.targets[file].dont_care {
            self.complain(file)?;
        }
        Ok(())
    }

    /// `No rule to make target …`: ends the session unless it is to keep going.
    pub(crate) fn complain(&mut self, file: FileId) -> Result<()> {
        for at in 0..self.session.targets[file].deps.len() {
            let dep = self.session.targets[file].deps[at].file;
            let dep = self.renamed(dep);
            if dep != file && self.state(dep).status.is_some_and(|s| s != Status::Success) {
                return self.complain(dep);
            }
        }
        self.state(file).silent_failure = false;
        self.show_goal_error();
        if let Some(witness) = self.process.witness().cloned() {
            let goal = self.state(file).parent.is_none();
            let session = &self.session;
            let mut names = session.targets.ruled().map(|name| BStr::new(session.text(name)));
            witness.no_rule(&session.dir, BStr::new(self.name_of(file)), goal, &mut names);
        }
        let mut message = b"No rule to make target '".to_vec();
        message.extend_from_slice(self.name_of(file));
        message.push(b'\'');
        if let Some(parent) = self.state(file).parent {
            message.extend_from_slice(b", needed by '");
            message.extend_from_slice(self.name_of(parent));
            message.push(b'\'');
        }
        if self.session.options.keep_going {
            let mut full = b"*** ".to_vec();
            full.append(&mut message);
            full.push(b'.');
            self.session.error(None, full);
            return Ok(());
        }
        if self.running() > 0 {
            let fatal = self.session.fatal(None, message);
            self.session.error(None, "*** Waiting for unfinished jobs....");
            self.wait_for_all()?;
            return Err(fatal);
        }
        Err(self.session.fatal(None, message))
    }
}

/// A time without its fraction of a second, as late as it can be: what a coarse clock may have cut off.
fn low_resolution(time: Time) -> Time {
    time.ns().map_or(time, |ns| Time::at(ns.div_euclid(1_000_000_000) * 1_000_000_000 + 999_999_999))
}
