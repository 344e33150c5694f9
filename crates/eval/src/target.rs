//! Targets and prerequisites as makefiles name them: explicit rules, flags of special targets, pattern rules.
//!
//! What happens to a target while it is updated (times, status, running jobs) is kept by the `build` crate in
//! tables of its own, indexed by [`FileId`].

use std::rc::Rc;

pub use rkbuild_base::text::strip_dot_slash;
use rkbuild_base::{BString, FxMap, Name, Place};
use thin_vec::ThinVec;

use crate::listed::AllListed;
use crate::pattern::Pattern;
use crate::recipe::Recipe;
use crate::variable::{Data, ScopeId};

/// A file in [`Targets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

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
    pub stem: Option<Rc<[u8]>>,
    /// The number of `deps` that come before these.
    pub after: usize,
    /// Where the rule is.
    pub place: Place,
}

/// A file that is a target or a prerequisite. There may be hundreds of thousands, most of whose lists are empty or short:
/// each list takes one pointer.
#[derive(Debug)]
pub struct Target {
    /// The name, without leading `./`.
    pub name: Name,
    /// Prerequisites in the order of `$^` (those of the rule with the recipe first).
    pub deps: ThinVec<Dep>,
    /// Prerequisites still to be expanded a second time.
    pub secondary: ThinVec<Secondary>,
    /// The recipe, if a rule gave one.
    pub recipe: Option<Rc<Recipe>>,
    /// The stem, when a static pattern rule (or, later, an implicit rule) gave the recipe.
    pub stem: Option<Rc<[u8]>>,
    /// Other targets the same run of the recipe makes (grouped targets, pattern rules with several targets), the last one first.
    pub grouped: ThinVec<FileId>,
    /// Where a makefile grouped them (`&:`): the place this target itself has among them.
    pub own_place: Option<usize>,
    /// For the first of several `::` rules: the others, in order. Each is a file of its own.
    pub double_colon: ThinVec<FileId>,
    /// It is one of a name's `::` rules.
    pub is_double_colon: bool,
    /// The file whose `double_colon` list this one is in (or itself, for the first).
    pub double_colon_head: Option<FileId>,
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
    /// Prerequisite of `.LOW_RESOLUTION_TIME`.
    pub low_resolution_time: bool,
    /// Prerequisite of `.IGNORE` or `.SILENT` (with prerequisites), `.NOTPARALLEL` (4.4).
    pub ignore_errors: bool,
    /// Prerequisite of `.SILENT`.
    pub silent: bool,
    /// `.NOTPARALLEL: target`
    pub not_parallel: bool,
    /// Its absence is no error (a makefile of `-include`, a goal of makefile remaking).
    pub dont_care: bool,
    /// Target-specific variables.
    pub scope: Option<ScopeId>,
    /// Where its rule is.
    pub place: Option<Place>,
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
    pub files: Vec<Target>,
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
            secondary: ThinVec::new(),
            recipe: None,
            stem: None,
            grouped: ThinVec::new(),
            own_place: None,
            double_colon: ThinVec::new(),
            is_double_colon: false,
            double_colon_head: None,
            is_target: false,
            is_explicit: false,
            mentioned: false,
            builtin: false,
            phony: false,
            precious: false,
            intermediate: false,
            notintermediate: false,
            secondary_flag: false,
            low_resolution_time: false,
            ignore_errors: false,
            silent: false,
            not_parallel: false,
            dont_care: false,
            scope: None,
            place: None,
        }
    }
}

impl Target {
    /// A makefile names it outright.
    pub fn name_explicitly(&mut self) {
        self.is_explicit = true;
        self.mentioned = true;
    }
}

impl std::ops::Index<FileId> for Targets {
    type Output = Target;
    fn index(&self, id: FileId) -> &Target {
        &self.files[id.0 as usize]
    }
}

impl std::ops::IndexMut<FileId> for Targets {
    fn index_mut(&mut self, id: FileId) -> &mut Target {
        &mut self.files[id.0 as usize]
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

    /// A further file of a name that is in the table already: another `::` rule.
    pub fn add(&mut self, name: Name) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files.push(Target::new(name));
        id
    }

    /// A further `::` rule of a name that has one, which is `head`.
    pub fn add_double_colon(&mut self, head: FileId) -> FileId {
        let file = self.add(self[head].name);
        self[head].double_colon.push(file);
        self[file].is_double_colon = true;
        self[file].double_colon_head = Some(head);
        file
    }

    /// The file that stands for the name: of several `::` rules the first, or else the file itself.
    pub fn head(&self, id: FileId) -> FileId {
        self[id].double_colon_head.unwrap_or(id)
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
        let Some(head) = self[id].double_colon_head else { return vec![id] };
        let mut all = vec![head];
        all.extend(&self[head].double_colon);
        all
    }

    /// Lets `name` stand for `id` from now on (a file found through VPATH); the old name is free again.
    pub fn rename(&mut self, id: FileId, name: Name) {
        self.alias(id, name);
        self[id].name = name;
    }
}
