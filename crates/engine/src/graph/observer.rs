//! Where others may watch what a build does: the trait behind `--explain`, `--events`, `--profile`, `--last` and the like.
//!
//! An observer is told what happens anyway. Nothing is computed for it unless there is one, and what it looks at itself is no
//! session's fact.

use std::sync::Arc;

use rkbuild_base::{BStr, BString};
use rkbuild_host::{Dir, Exit};

/// A make that starts, or would have.
pub struct Make<'a> {
    /// The command that starts it; 0 where none does: the first make, and those of `$(shell)`.
    pub above: u64,
    /// The arguments, the program's own name first.
    pub argv: &'a [BString],
    /// The working directory, before `-C`.
    pub dir: &'a Dir,
}

/// What became of a prerequisite, as its target sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// Older than the target, and not made.
    Older,
    /// Made by this make, or newer than the target.
    Newer,
    /// There is no such file.
    Missing,
}

/// A prerequisite of a target.
#[derive(Clone, Copy, Debug)]
pub struct Prerequisite {
    /// Its name.
    pub name: &'static [u8],
    /// After `|`.
    pub order_only: bool,
    /// It is phony: no file.
    pub phony: bool,
    /// Whether the target is remade on its account.
    pub age: Age,
}

/// A target all of whose prerequisites are done with.
pub struct Considered<'a> {
    /// The make that considers it.
    pub make: u64,
    /// That make's directory.
    pub dir: &'a Dir,
    /// Its name.
    pub target: &'static [u8],
    /// It is a goal of the make, and no makefile that is brought up to date.
    pub goal: bool,
    /// The make is still bringing its makefiles up to date: all that its goals need comes later.
    pub for_makefiles: bool,
    /// It is phony: no file.
    pub phony: bool,
    /// There is no such file.
    pub missing: bool,
    /// It is remade, if only by a recipe that finds nothing to do.
    pub remade: bool,
    /// Remade because of `-B`.
    pub always: bool,
    /// A `::` rule without prerequisites.
    pub endless: bool,
    /// Others that the same run of the recipe makes.
    pub grouped: Vec<&'static [u8]>,
    /// `file:line` of the recipe; empty where there is none.
    pub place: Vec<u8>,
    /// Its prerequisites: all, or where [`Wants::Remade`] is asked for those that are missing, or newer, or made by
    /// this make.
    pub prerequisites: Vec<Prerequisite>,
}

/// A variable, as a recipe sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Its name.
    pub name: &'static [u8],
    /// Its value as written.
    pub text: BString,
    /// The makefile and line it was last set at; empty where that is none.
    pub place: Vec<u8>,
    /// What `$(origin)` says.
    pub origin: &'static str,
}

/// The variables a recipe sees.
pub trait Values {
    /// One of them.
    fn value(&self, name: &[u8]) -> Option<Value>;
    /// Those in whose value, as written, `word` is a word.
    fn with_word(&self, word: &[u8]) -> Vec<Value>;
    /// Those that makes below are told, and that were set by this make.
    fn exported(&self) -> Vec<Value>;
    /// The makefiles that were read.
    fn makefiles(&self) -> Vec<&'static [u8]>;
}

/// A command of a recipe that is about to run.
pub struct Line<'a> {
    /// The make it belongs to.
    pub make: u64,
    /// That make's directory.
    pub dir: &'a Dir,
    /// The target it is for.
    pub target: &'static [u8],
    /// `file:line` of the command.
    pub place: Vec<u8>,
    /// The text, expanded, without the prefixes `@`, `+`, `-`.
    pub text: &'a BStr,
    /// The lines of the recipe that follow.
    pub rest: Vec<&'a BStr>,
    /// No command of this run of the recipe ran before.
    pub first: bool,
    /// It does nothing but start makes.
    pub makes: bool,
    /// The variables it sees.
    pub values: &'a dyn Values,
}

/// What an observer makes of a command that is about to run.
#[derive(Debug, Default)]
pub struct Seen {
    /// What it calls the command.
    pub id: u64,
    /// What is to be said before it runs, on standard error.
    pub say: Vec<u8>,
}

/// Which targets an observer wants to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wants {
    /// None.
    Nothing,
    /// Those that are remade.
    Remade,
    /// All that are considered, of those that are not remade the names.
    Names,
    /// All that are considered.
    All,
}

/// Is told what a build does. Calls come from the threads of all sessions.
pub trait Observer: Send + Sync {
    /// Which targets it wants to be told of.
    fn wants(&self) -> Wants;

    /// A make starts. Gives what the observer calls it.
    fn make_started(&self, make: &Make<'_>) -> u64;

    /// A make ended.
    fn make_ended(&self, make: u64, status: i32);

    /// A make that would have started was given from recall.
    fn make_given(&self, make: &Make<'_>, status: i32);

    /// A target's prerequisites are done with.
    fn considered(&self, target: &Considered<'_>);

    /// A command is about to run.
    fn command_started(&self, line: &Line<'_>) -> Seen;

    /// A command failed, which [`Observer::command_ended`] tells next, and this is what it printed: where that is kept until
    /// it is over (`-O`), or where it can be looked at, `mixed` then with what others printed at the same time.
    fn command_failed(&self, command: u64, output: &[u8], mixed: bool);

    /// A command ended.
    fn command_ended(&self, command: u64, exit: Exit);

    /// Nothing is to be run but makes: the observer wants to know what would be.
    fn only_looks(&self) -> bool {
        false
    }

    /// Where nothing is really run: the file would have been made by now.
    fn would_be_new(&self, dir: &Dir, name: &[u8]) -> bool {
        let _ = (dir, name);
        false
    }
}

/// The observer of a build, if there is one, and what it calls a make.
#[derive(Clone, Default)]
pub(crate) struct Observed {
    pub by: Option<Arc<dyn Observer>>,
    pub make: u64,
}

impl Observed {
    /// Nothing is to be run but makes.
    pub fn only_looks(&self) -> bool {
        self.by.as_ref().is_some_and(|observer| observer.only_looks())
    }

    /// Where nothing is really run: the file would have been made by now.
    pub fn would_be_new(&self, dir: &Dir, name: &[u8]) -> bool {
        self.by.as_ref().is_some_and(|observer| observer.would_be_new(dir, name))
    }

    /// Which targets somebody wants to be told of.
    pub fn wants(&self) -> Wants {
        self.by.as_ref().map_or(Wants::Nothing, |observer| observer.wants())
    }
}
