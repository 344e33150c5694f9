//! The second expansion of prerequisites (manual 3.9).

use rkbuild_base::Place;
use rkbuild_eval::{FileId, Flavor, Origin, Result};
use rkbuild_syntax::Text;
use std::sync::Arc;

use crate::graph::table::table_order;
use crate::search::implicit::with_stem_references;
use crate::search::lookup::Search;

impl Search<'_> {
    /// What 4.3 does before it makes anything: the second expansion of all targets, those nobody asked for too. It
    /// sees neither what recipes make later nor the variables of the targets they are made for.
    pub(crate) fn expand_all_secondary(&mut self) -> Result<()> {
        if self.session.targets.files.iter().all(|target| target.secondary().is_empty()) {
            return Ok(());
        }
        let known = self.session.targets.files.len();
        for first in table_order(self.session) {
            let more = self.session.targets[first].double_colon().to_vec();
            for file in std::iter::once(first).chain(more) {
                if !self.session.targets[file].secondary().is_empty() {
                    self.expand_secondary(file)?;
                    // Whom it is made for is known later.
                    self.state(file).linked = false;
                }
            }
        }
        // To 4.3 a bare `.SECONDARY` speaks of these names as well.
        if self.session.targets.all_secondary {
            for target in self.session.targets.files.iter_mut_from(known) {
                (target.intermediate, target.secondary_flag) = (true, true);
            }
        }
        Ok(())
    }

    /// Expands the prerequisites that waited for it, once, when the target is first considered.
    pub(crate) fn expand_secondary(&mut self, file: FileId) -> Result<()> {
        if std::mem::replace(&mut self.state(file).expanded, true) {
            return Ok(());
        }
        let secondary = self.session.targets[file].take_secondary();
        if secondary.is_empty() {
            return Ok(());
        }
        self.spread(file);
        let scope = self.link_scopes(file)?;
        let mut added = 0;
        for second in secondary {
            let at = (second.after + added).min(self.session.targets[file].deps.len());
            // In a static pattern rule `%` stands for the stem, also in names of variables.
            let text = match &second.stem {
                Some(_) => with_stem_references(&second.text, self.session.identity().is_4_4()),
                None => second.text.to_vec(),
            };
            let stem = second.stem.map(|stem| self.session.text(stem));
            self.set_automatic_with(file, stem);
            if at == 0 && !self.session.identity().is_4_4() {
                // 4.3 takes it from the front of the list, where this very text stands.
                let (less, none) = (self.session.known.less, Arc::new(Text::new(Vec::new())));
                self.session.vars.define(scope, less, none, Flavor::Simple, Origin::Automatic, Place::NONE);
            }
            // Messages name the recipe, if there is one.
            let place = self.session.targets[file].recipe.as_ref().map(|recipe| recipe.place);
            let saved = std::mem::replace(&mut self.session.reading, place);
            let mut expanded = Vec::new();
            let result = self.session.expand_in(scope, &Text::new(text), &mut expanded);
            self.session.reading = saved;
            result?;
            let deps = self.session.enter_deps(&expanded, None, second.stem.is_some());
            added += deps.len();
            let all = &mut self.session.targets[file].deps;
            all.splice(at..at, deps);
        }
        Ok(())
    }

    /// Expands `text` as the prerequisites of a pattern rule tried for `file` under the name `name`.
    pub(crate) fn expand_for(
        &mut self,
        file: FileId,
        name: &[u8],
        stem: &[u8],
        text: &[u8],
    ) -> Result<Vec<u8>> {
        let own = self.link_scopes(file)?;
        self.set_automatic_with(file, Some(stem));
        let scope = self.session.vars.add_scope(Some(own));
        let known = self.session.known;
        for (var, value) in [(known.at, name), (known.star, stem)] {
            let value = Arc::new(Text::new(value));
            self.session.vars.define(scope, var, value, Flavor::Simple, Origin::Automatic, Place::NONE);
        }
        let saved = std::mem::replace(&mut self.session.vars.current, scope);
        let result = self.session.expand_bytes(text);
        self.session.vars.pop(scope);
        self.session.vars.current = saved;
        result
    }
}
