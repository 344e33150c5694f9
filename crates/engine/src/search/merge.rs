//! Two names that turn out to be one file, found through VPATH.

use rkbuild_eval::FileId;

use crate::graph::looked::Looked;
use crate::graph::states::Phase;
use crate::search::lookup::Search;

impl Search<'_> {
    /// Two names turn out to be one file: what makefiles said of `from` counts for `to`.
    pub(crate) fn merge(&mut self, from: FileId, to: FileId) {
        for file in [from, to] {
            self.spread(file);
            self.set_looked(file, Looked::ODD);
        }
        let moved = std::mem::take(&mut self.session.targets[from].deps);
        let recipe = self.session.targets[from].recipe.take();
        let secondary = self.session.targets[from].take_secondary();
        let (from_flags, from_name) = {
            let t = &self.session.targets[from];
            (
                (
                    t.is_target,
                    t.precious,
                    t.phony,
                    t.is_explicit,
                    t.mentioned,
                    t.secondary_flag,
                    t.ignore_errors,
                ),
                t.name,
            )
        };
        let to_name = self.name_of(to);
        let from_double = self.session.targets[from].is_double_colon;
        if let Some(recipe) = recipe {
            if self.session.targets[to].recipe.is_none() {
                self.session.targets[to].recipe = Some(recipe);
            } else {
                let old = self.session.text(from_name);
                // 4.3 takes the same recipe, but tells it the wrong way round.
                let newer = self.session.identity().is_4_4();
                let kept = self.session.targets[to].recipe.as_ref().map(|r| r.place);
                let place = if newer { recipe.place } else { kept.unwrap_or(recipe.place) };
                let place = place.text(&self.session.shared.lang.names);
                let (ignored, used) = if newer { (old, to_name) } else { (to_name, old) };
                let cat = |parts: &[&[u8]]| parts.concat();
                self.session.error(
                    Some(recipe.place),
                    cat(&[b"Recipe was specified for file '", old, b"' at ", &place, b","]),
                );
                self.session.error(
                    Some(recipe.place),
                    cat(&[b"but '", old, b"' is now considered the same file as '", to_name, b"'."]),
                );
                self.session.error(
                    Some(recipe.place),
                    cat(&[
                        b"Recipe for '",
                        ignored,
                        b"' will be ignored in favor of the one for '",
                        used,
                        b"'.",
                    ]),
                );
            }
        }
        let target = &self.session.targets[to];
        // A name no rule has is neither.
        let clash = if from_double {
            target.is_target && !target.is_double_colon
        } else {
            target.is_double_colon && from_flags.0
        };
        if clash {
            let (old, new) = if from_double { ("double", "single") } else { ("single", "double") };
            let before = format!("can't rename {old}-colon '");
            let between = format!("' to {new}-colon '");
            let message = [before.as_bytes(), self.name_of(from), between.as_bytes(), to_name, b"'"];
            self.conflict = Some(self.session.fatal(None, message.concat()));
        } else if from_double && !target.is_double_colon {
            let target = &mut self.session.targets[to];
            target.is_double_colon = true;
            target.rare_mut().double_colon_head = Some(to);
            if self.state(to).phase == Phase::Done {
                // It has a rule now that nobody has looked at.
                self.state(to).phase = Phase::New;
            }
        }
        let target = &mut self.session.targets[to];
        target.deps.extend(moved);
        if !secondary.is_empty() {
            target.rare_mut().secondary.extend(secondary);
        }
        target.is_target |= from_flags.0;
        target.precious |= from_flags.1;
        target.phony |= from_flags.2;
        target.is_explicit |= from_flags.3;
        target.mentioned |= from_flags.4;
        target.secondary_flag |= from_flags.5;
        target.ignore_errors |= from_flags.6;
        self.state(from).renamed = Some(to);
    }
}
