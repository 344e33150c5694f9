//! Targets and prerequisites as makefiles name them: explicit rules, flags of special targets, pattern rules.
//!
//! What happens to a target while it is updated (times, status, running jobs) is kept by the `build` crate in
//! tables of its own, indexed by [`FileId`].

use std::num::NonZeroU32;
use std::rc::Rc;

pub use rkbuild_base::text::strip_dot_slash;
use rkbuild_base::{BString, Chunks, FxMap, Name, Place};
use thin_vec::ThinVec;

use crate::listed::AllListed;
use crate::pattern::Pattern;
use crate::recipe::Recipe;
use crate::variable::{Data, ScopeId};

/// A file in [`Targets`]. Counted from 1 within, so that one that may be missing takes no more room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(NonZeroU32);

impl FileId {
    /// The file at `index` of [`Targets::files`]. There are never as many as an id could not count.
    pub fn at(index: usize) -> FileId {
        let count = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
        FileId(NonZeroU32::new(count).unwrap_or(NonZeroU32::MAX))
    }

    /// Where it is in [`Targets::files`].
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A prerequisite of an explicit rule.
#[derive(Clone, Debug)]
pub struct Dep {
    /// The prerequisite.
    pub file: FileId,
    /// After `|`: it must exist, but its time does not matter.
    pub order_only: bool,
    /// `.WAIT` stood before it: what precedes must be done before it begins.
    pub wait: bool,
    /// It came from `.EXTRA_PREREQS`: not in automatic variables.
    pub extra: bool,
    /// It was named in an explicit rule (not found by implicit-rule search).
    pub explicit: bool,
}

/// Prerequisites of an explicit rule that wait for the second expansion (manual 3.9).
#[derive(Clone, Debug)]
pub struct Secondary {
    /// The text after the first expansion, `|` and `.WAIT` included.
    pub text: BString,
    /// The stem, for a static pattern rule.
    pub stem: Option<Name>,
    /// The number of `deps` that come before these.
    pub after: usize,
    /// Where the rule is.
    pub place: Place,
}

/// What few targets have.
#[derive(Debug, Default)]
pub struct Rare {
    /// Prerequisites still to be expanded a second time.
    pub secondary: Vec<Secondary>,
    /// Other targets the same run of the recipe makes (grouped targets, pattern rules with several targets), the last one first.
    pub grouped: ThinVec<FileId>,
    /// Where a makefile grouped them (`&:`): the place this target itself has among them.
    pub own_place: Option<usize>,
    /// For the first of several `::` rules: the others, in order. Each is a file of its own.
    pub double_colon: Vec<FileId>,
    /// The file whose `double_colon` list this one is in (or itself, for the first).
    pub double_colon_head: Option<FileId>,
    /// Prerequisite of `.LOW_RESOLUTION_TIME`.
    pub low_resolution_time: bool,
    /// `.NOTPARALLEL: target`
    pub not_parallel: bool,
}

/// A file that is a target or a prerequisite. There may be hundreds of thousands, most of whose lists are empty or short:
/// each list takes one pointer, and what few have is elsewhere.
#[derive(Debug)]
pub struct Target {
    /// The name, without leading `./`.
    pub name: Name,
    /// Prerequisites in the order of `$^` (those of the rule with the recipe first).
    pub deps: ThinVec<Dep>,
    /// The recipe, if a rule gave one.
    pub recipe: Option<Rc<Recipe>>,
    /// The stem, when a static pattern rule (or, later, an implicit rule) gave the recipe.
    pub stem: Option<Name>,
    rare: Option<Box<Rare>>,
    /// It is one of a name's `::` rules.
    pub is_double_colon: bool,
    /// It stands on the left of a rule.
    pub is_target: bool,
    /// A makefile names it (so it is not intermediate).
    pub is_explicit: bool,
    /// A makefile names it, if only through the `%` of a static pattern rule: implicit rules count on it.
    pub mentioned: bool,
    /// Its rule is built in.
    pub builtin: bool,
    /// Prerequisite of `.PHONY`.
    pub phony: bool,
    /// Prerequisite of `.PRECIOUS`.
    pub precious: bool,
    /// Prerequisite of `.INTERMEDIATE`, made by a chain of implicit rules, or tried by one under a name no makefile gives.
    pub intermediate: bool,
    /// Prerequisite of `.NOTINTERMEDIATE`.
    pub notintermediate: bool,
    /// Prerequisite of `.SECONDARY`, or found up to date after implicit rules were searched for it: never removed.
    pub secondary_flag: bool,
    /// Prerequisite of `.IGNORE` or `.SILENT` (with prerequisites), `.NOTPARALLEL` (4.4).
    pub ignore_errors: bool,
    /// Prerequisite of `.SILENT`.
    pub silent: bool,
    /// Its absence is no error (a makefile of `-include`, a goal of makefile remaking).
    pub dont_care: bool,
    /// Target-specific variables.
    pub scope: Option<ScopeId>,
}

/// A prerequisite of a pattern rule.
#[derive(Clone, Debug)]
pub struct PatternDep {
    /// The text; `%` stands for the stem unless there is none.
    pub text: BString,
    /// After `|`.
    pub order_only: bool,
    /// `.WAIT` stood before it.
    pub wait: bool,
    /// It holds `$` and is to be expanded a second time; then `text` may stand for several words.
    pub secondary: bool,
}

/// A pattern rule, or a suffix rule made into one.
#[derive(Debug)]
pub struct PatternRule {
    /// The target patterns, each with one `%`.
    pub targets: Vec<Pattern>,
    /// The prerequisites.
    pub deps: Vec<PatternDep>,
    /// The recipe. A pattern rule without one cancels an equal rule, and is not kept.
    pub recipe: Rc<Recipe>,
    /// `::`: applies only when its prerequisites exist (manual 10.5.5).
    pub terminal: bool,
    /// Where it is.
    pub place: Place,
}

/// A pattern-specific variable (manual 6.12): the assignment is done again for each target that matches.
#[derive(Debug)]
pub struct PatternVariable {
    /// The target pattern.
    pub pattern: Pattern,
    /// The variable's name.
    pub name: Name,
    /// The operator and, unexpanded unless the operator asks for it, the value.
    pub op: rkbuild_syntax::Op,
    /// Its value and properties.
    pub data: Data,
}

/// All that makefiles said about targets.
#[derive(Debug, Default)]
pub struct Targets {
    /// Every file, by [`FileId`].
    pub files: Chunks<Target>,
    by_name: FxMap<Name, FileId>,
    /// Pattern rules in order of definition.
    pub patterns: Vec<Rc<PatternRule>>,
    /// Pattern rules without a recipe: equal built-in ones are not installed.
    pub cancelled: Vec<(Vec<Pattern>, Vec<PatternDep>)>,
    /// Pattern-specific variables, those with shorter patterns first, equal lengths in order of definition.
    pub pattern_vars: Vec<Rc<PatternVariable>>,
    /// `vpath` directives: pattern and directories, in order.
    pub vpaths: Vec<(Pattern, Vec<BString>)>,
    /// `.SECONDEXPANSION` was seen.
    pub second_expansion: bool,
    /// `.ONESHELL` was seen.
    pub one_shell: bool,
    /// `.POSIX` was seen.
    pub posix: bool,
    /// `.SECONDARY` without prerequisites.
    pub all_secondary: bool,
    /// `.NOTINTERMEDIATE` without prerequisites.
    pub no_intermediates: bool,
    /// `.SILENT` without prerequisites.
    pub all_silent: bool,
    /// The suffixes of `.SUFFIXES`, in order.
    pub suffixes: Vec<BString>,
    /// The global `.EXTRA_PREREQS`.
    pub extra_prereqs: Vec<Dep>,
    /// Recipes of built-in suffix rules whose names have `::` rules now; in 4.4 they are the last of these.
    pub behind: Vec<(FileId, Rc<Recipe>)>,
    /// Reading of makefiles is over: prerequisites can't be defined any more.
    pub snapped: bool,
    /// The prerequisites that records list.
    pub(crate) listed: AllListed,
}

impl Targets {
    /// True when a makefile has a pattern rule for `target` alone with these prerequisites, be it to cancel another.
    pub fn has_pattern_rule(&self, target: &Pattern, deps: &[PatternDep]) -> bool {
        let same =
            |d: &[PatternDep]| d.len() == deps.len() && d.iter().zip(deps).all(|(a, b)| a.text == b.text);
        let alone = |targets: &[Pattern]| targets.iter().all(|t| t == target);
        self.patterns.iter().any(|r| alone(&r.targets) && same(&r.deps))
            || self.cancelled.iter().any(|(targets, d)| alone(targets) && same(d))
    }
}

impl Target {
    fn new(name: Name) -> Target {
        Target {
            name,
            deps: ThinVec::new(),
            recipe: None,
            stem: None,
            rare: None,
            is_double_colon: false,
            is_target: false,
            is_explicit: false,
            mentioned: false,
            builtin: false,
            phony: false,
            precious: false,
            intermediate: false,
            notintermediate: false,
            secondary_flag: false,
            ignore_errors: false,
            silent: false,
            dont_care: false,
            scope: None,
        }
    }
}

impl Target {
    /// A makefile names it outright.
    pub fn name_explicitly(&mut self) {
        self.is_explicit = true;
        self.mentioned = true;
    }

    /// What few targets have, to be changed; made now if this one has nothing of it yet.
    pub fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Prerequisites still to be expanded a second time: see [`Rare::secondary`].
    pub fn secondary(&self) -> &[Secondary] {
        self.rare.as_deref().map_or(&[], |rare| &rare.secondary)
    }

    /// Takes the prerequisites that were still to be expanded a second time.
    pub fn take_secondary(&mut self) -> Vec<Secondary> {
        self.rare.as_mut().map(|rare| std::mem::take(&mut rare.secondary)).unwrap_or_default()
    }

    /// So many prerequisites came in front of all others.
    pub fn move_secondary(&mut self, by: usize) {
        for second in self.rare.iter_mut().flat_map(|rare| &mut rare.secondary) {
            second.after += by;
        }
    }

    /// The targets made together with this one: see [`Rare::grouped`].
    pub fn grouped(&self) -> &[FileId] {
        self.rare.as_deref().map_or(&[], |rare| &rare.grouped)
    }

    /// Forgets what is made together with this one.
    pub fn ungroup(&mut self) {
        if let Some(rare) = &mut self.rare {
            rare.grouped.clear();
        }
    }

    /// Its place among those it is made with: see [`Rare::own_place`].
    pub fn own_place(&self) -> Option<usize> {
        self.rare.as_ref()?.own_place
    }

    /// The other `::` rules of the name that this is the first of: see [`Rare::double_colon`].
    pub fn double_colon(&self) -> &[FileId] {
        self.rare.as_deref().map_or(&[], |rare| &rare.double_colon)
    }

    /// The first `::` rule of its name: see [`Rare::double_colon_head`].
    pub fn double_colon_head(&self) -> Option<FileId> {
        self.rare.as_ref()?.double_colon_head
    }

    /// Prerequisite of `.LOW_RESOLUTION_TIME`.
    pub fn low_resolution_time(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.low_resolution_time)
    }

    /// `.NOTPARALLEL: target`
    pub fn not_parallel(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.not_parallel)
    }
}

impl std::ops::Index<FileId> for Targets {
    type Output = Target;
    fn index(&self, id: FileId) -> &Target {
        &self.files[id.index()]
    }
}

impl std::ops::IndexMut<FileId> for Targets {
    fn index_mut(&mut self, id: FileId) -> &mut Target {
        &mut self.files[id.index()]
    }
}

impl Targets {
    /// The file of that name. Names are entered without leading `./` (see [`strip_dot_slash`]).
    pub fn lookup(&self, name: Name) -> Option<FileId> {
        self.by_name.get(&name).copied()
    }

    /// The file of that name, made now if it is new.
    pub fn enter(&mut self, name: Name) -> FileId {
        if let Some(id) = self.lookup(name) {
            return id;
        }
        let id = self.add(name);
        self.by_name.insert(name, id);
        id
    }

    /// The names that makefiles have rules for, in the order they were met; not those of pattern rules.
    pub fn ruled(&self) -> impl Iterator<Item = Name> {
        let ruled = self.files.iter().filter(|target| (target.is_target || target.phony) && !target.builtin);
        ruled.map(|target| target.name)
    }

    /// A further file of a name that is in the table already: another `::` rule.
    pub fn add(&mut self, name: Name) -> FileId {
        let id = FileId::at(self.files.len());
        self.files.push(Target::new(name));
        id
    }

    /// A further `::` rule of a name that has one, which is `head`.
    pub fn add_double_colon(&mut self, head: FileId) -> FileId {
        let file = self.add(self[head].name);
        self[head].rare_mut().double_colon.push(file);
        self[file].is_double_colon = true;
        self[file].rare_mut().double_colon_head = Some(head);
        file
    }

    /// The file that stands for the name: of several `::` rules the first, or else the file itself.
    pub fn head(&self, id: FileId) -> FileId {
        self[id].double_colon_head().unwrap_or(id)
    }

    /// Lets `name` stand for `id` from now on, where it was found through VPATH, although its own name stays: that one is free
    /// for another file.
    pub fn alias(&mut self, id: FileId, name: Name) {
        let old = self[id].name;
        if self.by_name.get(&old) == Some(&id) {
            self.by_name.remove(&old);
        }
        self.by_name.insert(name, id);
    }

    /// All `::` rules of a name, one of which is `id`, in order; `id` itself where it has none.
    pub fn rules(&self, id: FileId) -> Vec<FileId> {
        let Some(head) = self[id].double_colon_head() else { return vec![id] };
        let mut all = vec![head];
        all.extend(self[head].double_colon());
        all
    }

    /// Lets `name` stand for `id` from now on (a file found through VPATH); the old name is free again.
    pub fn rename(&mut self, id: FileId, name: Name) {
        self.alias(id, name);
        self[id].name = name;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_without_anything_rare_is_small() {
        assert!(size_of::<Target>() <= 64, "{}", size_of::<Target>());
        assert_eq!(size_of::<Option<FileId>>(), size_of::<FileId>());
        assert_eq!([0, 1, 7].map(|at| FileId::at(at).index()), [0, 1, 7]);
    }
}
