//! Telling an observer of a target whose prerequisites are done with.

use rkbuild_base::FxSet;
use rkbuild_eval::FileId;

use crate::graph::observer::{Age, Considered, Prerequisite, Wants};
use crate::graph::times::Time;
use crate::update::builder::Builder;

impl Builder<'_> {
    /// Tells the observer, if there is one that wants to know. `time` is the target's, as it was compared.
    pub(crate) fn observe_target(&mut self, file: FileId, time: Time, remade: bool) {
        let wants = self.observed.wants();
        if wants == Wants::Nothing || wants == Wants::Remade && !remade {
            return;
        }
        let looked_at = remade || wants == Wants::All;
        let count = if looked_at { self.session.targets[file].deps.len() } else { 0 };
        let mut prerequisites =
            Vec::with_capacity(if wants == Wants::All || time.is_missing() { count } else { 0 });
        for at in 0..count {
            let dep = self.session.targets[file].deps[at].clone();
            let id = self.renamed(dep.file);
            let phony = self.session.targets[id].phony;
            let changed = self.state(file).deps.get(at).is_some_and(|dep| dep.changed);
            let age = match self.mtime(id) {
                own if own.is_missing() => Age::Missing,
                own if changed && !time.is_missing() || own > time && !time.is_missing() => Age::Newer,
                _ => Age::Older,
            };
            if wants == Wants::All || age != Age::Older || time.is_missing() {
                let order_only = dep.order_only;
                prerequisites.push(Prerequisite { name: self.name_of(id), order_only, phony, age });
            }
        }
        let changed: FxSet<FileId> = self.changed_of_list(file).into_iter().collect();
        let listed = self.session.targets.list_of(file).filter(|_| looked_at);
        let listed = listed.map(|listed| listed.files.clone());
        for id in listed.iter().flat_map(|files| files.iter().copied()) {
            let newer = changed.contains(&id) && !time.is_missing();
            if wants == Wants::All || newer {
                let age = if newer { Age::Newer } else { Age::Older };
                let name = self.name_of(id);
                prerequisites.push(Prerequisite { name, order_only: false, phony: false, age });
            }
        }
        let target = &self.session.targets[file];
        let (phony, endless) = (target.phony, target.is_double_colon && target.deps.is_empty());
        let grouped = target.grouped().iter().map(|peer| self.name_of(*peer)).collect();
        let line = target.recipe.as_ref().map_or(0, |recipe| recipe.place.line);
        let place = if line > 0 { self.place_text(file, line) } else { Vec::new() };
        let goal = self.parent(file).is_none() && !self.for_makefiles;
        let Some(observer) = &self.observed.by else { return };
        observer.considered(&Considered {
            make: self.observed.make,
            dir: &self.session.dir,
            target: self.name_of(file),
            goal,
            for_makefiles: self.for_makefiles,
            phony,
            missing: time.is_missing(),
            remade,
            always: self.always_make,
            endless,
            grouped,
            place,
            prerequisites,
        });
    }
}
