//! What the search for an implicit rule found, and what becomes of it: a target's recipe, stem and prerequisites, and the
//! intermediate files on the way (manual 10.4).

use std::rc::Rc;

use rkbuild_base::BString;
use rkbuild_eval::target::{PatternRule, strip_dot_slash};
use rkbuild_eval::{Dep, FileId};
use thin_vec::ThinVec;

use crate::graph::times::Time;
use crate::search::lookup::Search;

/// A pattern rule that applies, with what it takes to make its prerequisites.
pub(crate) struct Found {
    pub rule: Rc<PatternRule>,
    /// Which of the rule's targets matched.
    matched: usize,
    /// What `%` stands for, directory included: `$*`.
    stem: Vec<u8>,
    deps: Vec<FoundDep>,
    /// What else the rule makes, the last one first.
    siblings: Vec<FileId>,
}

/// A prerequisite of a pattern rule that applies.
pub(crate) struct FoundDep {
    pub name: BString,
    pub order_only: bool,
    pub wait: bool,
    /// It does not exist, but this makes it; none any more once that is entered.
    pub made_by: Option<Box<Found>>,
    /// It does not exist, but a rule makes it.
    pub made: bool,
    /// The pattern's text had a `%`.
    pub from_pattern: bool,
    /// It counts as there because makefiles mention it.
    pub ought: bool,
    /// It does by the older definition only.
    pub compatible: bool,
}

impl Found {
    /// A rule whose target number `matched` fits with that stem, and what its prerequisites are.
    pub fn new(rule: Rc<PatternRule>, matched: usize, stem: Vec<u8>, deps: Vec<FoundDep>) -> Found {
        Found { rule, matched, stem, deps, siblings: Vec::new() }
    }
}

impl Search<'_> {
    /// Enters the intermediate files a rule that was found counts on, from the last to the first, and what it makes
    /// besides. They stay, whether or not the rule is used in the end.
    pub(crate) fn settle(&mut self, found: &mut Found) {
        for dep in found.deps.iter_mut().rev() {
            let Some(made_by) = dep.made_by.take() else { continue };
            let name = self.session.name(strip_dot_slash(&dep.name));
            let newer = self.session.identity().is_4_4();
            let entered = self.session.targets.lookup(name).is_some();
            let id = self.session.targets.enter(name);
            if !dep.from_pattern && newer {
                self.session.targets[id].name_explicitly();
            }
            // In 4.3 what is spoken of elsewhere is intermediate too, but it stays.
            self.session.targets[id].precious |= entered && !newer;
            let known = newer && self.is_known(id);
            self.state(id).tried_implicit = true;
            self.apply_on_the_way(id, *made_by);
            if !known {
                self.make_intermediate(id);
            }
        }
        let rule = found.rule.clone();
        for (at, pattern) in rule.targets.iter().enumerate() {
            if at == found.matched {
                continue;
            }
            // With the whole stem, the directory that was taken off included.
            let mut name = Vec::new();
            pattern.fill(&found.stem, &mut name);
            let name = self.session.name(strip_dot_slash(&name));
            let known = self.session.targets.enter(name);
            let double_colon = self.session.targets[known].is_double_colon;
            let id = if double_colon { self.another_rule(known) } else { known };
            self.session.targets[id].is_target = true;
            self.inherit_flags(id, &pattern.text);
            found.siblings.push(id);
        }
        found.siblings.reverse();
    }

    /// Gives `file` the recipe, stem and prerequisites of the rule that was found for it.
    pub(crate) fn apply(&mut self, file: FileId, found: Found) {
        let ids: Vec<FileId> = found.deps.iter().map(|dep| self.enter_found(dep, false)).collect();
        let mut entered = self.found_deps(&found, &ids);
        // Where the rule makes its own prerequisite, that was given what makes it in place of all that comes later.
        if let Some(own) = found.deps.iter().zip(&ids).position(|(dep, id)| dep.made && *id == file) {
            entered.truncate(own + 1);
        }
        self.add_extra(file, &mut entered);
        let target = &mut self.session.targets[file];
        // The rule's own prerequisites come first: `$<` is its first.
        target.move_secondary(entered.len());
        entered.append(&mut target.deps);
        target.deps = entered;
        self.give_recipe(file, found);
    }

    /// The same for a file on the way to a target. What was known of it does not count: a rule may be found to make its own
    /// prerequisite.
    fn apply_on_the_way(&mut self, file: FileId, found: Found) {
        let mut ids: Vec<FileId> = found.deps.iter().map(|dep| self.enter_found(dep, true)).collect();
        for id in &mut ids {
            if self.session.targets[*id].is_double_colon {
                *id = self.another_rule(*id);
            }
        }
        let mut entered = self.found_deps(&found, &ids);
        self.add_extra(file, &mut entered);
        self.spread(file);
        let target = &mut self.session.targets[file];
        target.ungroup();
        target.deps = entered;
        self.give_recipe(file, found);
    }

    /// The file a prerequisite that was found stands for.
    fn enter_found(&mut self, dep: &FoundDep, on_the_way: bool) -> FileId {
        let name = self.session.name(strip_dot_slash(&dep.name));
        let known = self.session.targets.lookup(name).is_some();
        let id = self.session.targets.enter(name);
        // What a rule names without `%` is mentioned in a makefile, as far as 4.4 is concerned.
        if !dep.from_pattern && self.session.identity().is_4_4() {
            let target = &mut self.session.targets[id];
            // What was simply there is only entered: another rule may make it intermediate.
            let entered = !dep.ought || dep.compatible || on_the_way && !known;
            if !dep.made && entered {
                target.mentioned = true;
            } else {
                target.name_explicitly();
            }
        }
        id
    }

    /// The prerequisites that were found, which `ids` are the files of.
    fn found_deps(&mut self, found: &Found, ids: &[FileId]) -> ThinVec<Dep> {
        let mut entered = ThinVec::with_capacity(ids.len());
        for (dep, &id) in found.deps.iter().zip(ids) {
            // A terminal rule's prerequisites are not to be made by implicit rules.
            if found.rule.terminal {
                self.state(id).tried_implicit = true;
            }
            // What is spelled out in a rule becomes intermediate only when one is tried with its name.
            let spelled_out = dep.compatible && !dep.from_pattern;
            let newer = self.session.identity().is_4_4();
            if newer && dep.ought && !spelled_out && !self.is_known(id) {
                self.make_intermediate(id);
            }
            entered.push(Dep {
                file: id,
                order_only: dep.order_only,
                wait: dep.wait,
                extra: false,
                explicit: false,
            });
        }
        entered
    }

    /// Whether a file is no intermediate file for being one of a rule's prerequisites.
    fn is_known(&self, file: FileId) -> bool {
        let target = &self.session.targets[file];
        target.is_explicit || target.is_double_colon
    }

    /// `.EXTRA_PREREQS` for a file that becomes a target now.
    fn add_extra(&self, file: FileId, entered: &mut ThinVec<Dep>) {
        let fresh = !self.session.targets[file].is_target;
        let extra = &self.session.targets.extra_prereqs;
        // One of them does not wait for the others.
        if fresh && extra.iter().all(|e| e.file != file) {
            entered.extend(extra.iter().cloned());
        }
    }

    fn give_recipe(&mut self, file: FileId, found: Found) {
        let Found { rule, matched, stem, siblings, .. } = found;
        let stem = self.session.name(&stem);
        let target = &mut self.session.targets[file];
        target.recipe = Some(rule.recipe.clone());
        target.builtin = rule.place.line == 0;
        target.stem = Some(stem);
        target.is_target = true;
        if !siblings.is_empty() {
            target.rare_mut().grouped.extend(siblings);
        }
        self.inherit_flags(file, &rule.targets[matched].text);
    }

    /// From now on a file counts as intermediate, unless a makefile forbids it; it may have been made already.
    pub(crate) fn make_intermediate(&mut self, file: FileId) {
        let forbidden = self.session.targets.no_intermediates;
        let target = &mut self.session.targets[file];
        target.intermediate |= !target.notintermediate && !forbidden;
        let intermediate = target.intermediate;
        // What -o names counts as made.
        if intermediate && (self.state(file).status.is_some() || self.state(file).mtime == Some(Time::OLD)) {
            self.intermediates.insert(file);
        }
    }

    /// `.PRECIOUS: %.o` and the like speak of what a pattern makes.
    fn inherit_flags(&mut self, file: FileId, pattern: &[u8]) {
        let Some(model) =
            self.session.shared.lang.names.get(pattern).and_then(|n| self.session.targets.lookup(n))
        else {
            return;
        };
        let (precious, notintermediate, secondary) = {
            let t = &self.session.targets[model];
            (t.precious, t.notintermediate, t.secondary_flag)
        };
        let target = &mut self.session.targets[file];
        target.precious |= precious;
        target.secondary_flag |= secondary;
        // What is said of the name itself comes before what is said of the pattern.
        target.notintermediate |= notintermediate && !target.intermediate;
    }
}
