//! Automatic variables of a target: `$@ $% $< $? $^ $+ $| $*` (manual 10.5.3).

use std::sync::Arc;

use rkbuild_base::{FxSet, Name, Place};
use rkbuild_eval::listed::{Shown, ShownAs};
use rkbuild_eval::{Dep, FileId, Flavor, Origin, Result, ScopeId};
use rkbuild_syntax::Text;

use crate::graph::states::Graph;

impl Graph<'_> {
    /// Hangs the scope of `file` below that of the target it is made for; gives it.
    pub fn link_scopes(&mut self, file: FileId) -> Result<ScopeId> {
        if self.state(file).linked
            && let Some(scope) = self.session.targets[file].scope
        {
            return Ok(scope);
        }
        // From the goal down, without recursion: chains of targets can be long.
        let mut chain = vec![file];
        let mut at = file;
        while let Some(parent) = self.parent(at) {
            if self.state(parent).linked || chain.contains(&parent) {
                break;
            }
            chain.push(parent);
            at = parent;
        }
        for &file in chain.iter().rev() {
            let parent = self.parent(file);
            let parent_scope = parent.and_then(|p| self.session.targets[p].scope);
            self.session.link_scope(file, parent_scope)?;
            self.state(file).linked = true;
        }
        Ok(self.session.own_scope(file))
    }

    /// Sets the automatic variables of `file` in its scope, for its recipe.
    pub fn set_automatic(&mut self, file: FileId) -> Result<ScopeId> {
        let scope = self.link_scopes(file)?;
        self.set_automatic_with(file, None);
        Ok(scope)
    }

    /// Like [`Graph::set_automatic`], with another stem: for the second expansion.
    pub(crate) fn set_automatic_with(&mut self, file: FileId, stem: Option<&[u8]>) {
        let scope = self.session.own_scope(file);
        let name = self.name_of(file);
        let (at, percent) = match crate::graph::archive::split(name) {
            Some((archive, member)) => (archive, member),
            None => (name, &b""[..]),
        };
        let own_stem = self.session.targets[file].stem.map(|stem| self.session.text(stem));
        let star: Vec<u8> = match stem.or(own_stem) {
            Some(stem) => stem.to_vec(),
            None => self.suffix_stem(name).to_vec(),
        };
        let extra = |dep: &Dep| dep.order_only || dep.extra;
        if !self.is_list_decided(file) || self.session.targets[file].deps.iter().any(extra) {
            self.spread(file);
        }
        let list_at = self.session.targets.list_at(file);
        // Put back below.
        let deps = std::mem::take(&mut self.session.targets[file].deps);
        let mut less: Option<&'static [u8]> = None;
        let (mut caret, mut question, mut bar) = (Vec::new(), Vec::new(), Vec::new());
        // `$+` is `$^` up to the first name that comes twice; lists of headers have none.
        let mut plus: Option<Vec<u8>> = None;
        let normal: FxSet<Name> = match deps.iter().any(|d| d.order_only) {
            true => deps
                .iter()
                .filter(|d| !d.order_only && !d.extra)
                .map(|d| self.session.targets[d.file].name)
                .collect(),
            false => FxSet::default(),
        };
        let mut seen = FxSet::with_capacity_and_hasher(deps.len(), Default::default());
        let mut seen_question: FxSet<Name> = FxSet::default();
        let always = self.always_make;
        let mut around = [Vec::new(), Vec::new()];
        for i in 0..=deps.len() {
            if list_at == Some(i) {
                for file in self.changed_of_list(file) {
                    let name = self.session.targets[file].name;
                    if seen_question.insert(name) {
                        word(&mut question, self.session.text(name));
                    }
                }
                if let Some(first) = self.session.targets.list_of(file).and_then(|list| list.files.first()) {
                    less.get_or_insert(self.name_of(*first));
                }
            }
            let Some(dep) = deps.get(i) else { break };
            if dep.extra {
                continue;
            }
            let id = self.renamed(dep.file);
            let name = self.session.targets[id].name;
            let full = self.session.text(name);
            // In the lists, not in `$<`, of `lib(member)` the member alone stands.
            let text = crate::graph::archive::split(full).map_or(full, |(_, member)| member);
            if dep.order_only {
                let first = seen.insert(name);
                if first && !normal.contains(&name) {
                    word(&mut bar, text);
                } else if first {
                    // One that is an ordinary prerequisite further on has its place here, but in `$+`.
                    plus.get_or_insert_with(|| caret.clone());
                    word(&mut caret, text);
                    let changed = self.state(file).deps.get(i).is_some_and(|d| d.changed);
                    if seen_question.insert(name) && (changed || always) {
                        word(&mut question, text);
                    }
                }
                continue;
            }
            less.get_or_insert(full);
            if let Some(list_at) = list_at {
                around[usize::from(i >= list_at)].push((name, text));
                let changed = self.state(file).deps.get(i).is_some_and(|d| d.changed);
                if changed && seen_question.insert(name) {
                    word(&mut question, text);
                }
                continue;
            }
            let first = seen.insert(name);
            if !first {
                plus.get_or_insert_with(|| caret.clone());
            }
            if let Some(plus) = &mut plus {
                word(plus, text);
            }
            if first {
                word(&mut caret, text);
            }
            let changed = self.state(file).deps.get(i).is_some_and(|d| d.changed);
            if (changed || always) && seen_question.insert(name) {
                word(&mut question, text);
            }
        }
        self.session.targets[file].deps = deps;
        let default = self.session.known.default;
        let from_default = self.session.targets.lookup(default).is_some_and(|d| {
            let recipes = (&self.session.targets[d].recipe, &self.session.targets[file].recipe);
            matches!(recipes, (Some(a), Some(b)) if std::rc::Rc::ptr_eq(a, b))
        });
        let less = if from_default { at } else { less.unwrap_or_default() };
        let known = self.session.known;
        let empty = Arc::clone(&self.session.empty);
        let text = |value: Vec<u8>| if value.is_empty() { empty.clone() } else { Arc::new(Text::new(value)) };
        let (caret, plus) = match self.session.targets.list_of(file) {
            Some(listed) => {
                let all = Arc::new(Shown { around, words: listed.words.clone() });
                let later = |once| Arc::new(Text::later(Arc::new(ShownAs { all: all.clone(), once })));
                (later(true), later(false))
            }
            None => {
                let caret = text(caret);
                let plus = plus.map_or_else(|| caret.clone(), text);
                (caret, plus)
            }
        };
        let values = [
            (known.at, text(at.to_vec())),
            (known.percent, text(percent.to_vec())),
            (known.star, text(star)),
            (known.less, text(less.to_vec())),
            (known.caret, caret),
            (known.plus, plus),
            (known.question, text(question)),
            (known.bar, text(bar)),
        ];
        self.session.vars.reserve(scope, values.len());
        for (name, value) in values {
            self.session.vars.define(scope, name, value, Flavor::Simple, Origin::Automatic, Place::NONE);
        }
    }

    /// The recipe of `file` is over: nobody asks for its automatic variables any more, unless `-p` shows them or a later
    /// recipe's `$(eval)` defines something for this target. They take more room than all else that is known about it.
    pub(crate) fn forget_automatic(&mut self, file: FileId) {
        if self.session.options.print_data_base || self.session.may_eval {
            return;
        }
        if let Some(scope) = self.session.targets[file].scope {
            self.session.vars.forget_automatic(scope);
        }
    }

    /// `$*` of an explicit rule: the target's name without a known suffix, if it has one.
    fn suffix_stem<'n>(&self, name: &'n [u8]) -> &'n [u8] {
        let name = crate::graph::archive::split(name).map_or(name, |(_, member)| member);
        let suffixes = &self.session.targets.suffixes;
        for suffix in suffixes {
            if name.len() > suffix.len() && name.ends_with(suffix) {
                return &name[..name.len() - suffix.len()];
            }
        }
        b""
    }
}

fn word(list: &mut Vec<u8>, text: &[u8]) {
    if !list.is_empty() {
        list.push(b' ');
    }
    list.extend_from_slice(text);
}
