//! Where somebody wants to know all that would be run: the trait that a command which only looks implements.

use rkbuild_base::{BStr, BString};
use rkbuild_host::{Dir, Env};

/// Is told what a build would run, from the first target to the last, though nothing is to be done and little may be there.
///
/// With `-n` and a survey, every target that is considered counts as out of date, what no rule makes counts as made, and of the
/// commands none runs but sub-makes, which are surveyed as well; one that fails is told of and counts as done. What makefiles
/// are remade by runs, as with `-n` alone.
pub trait Survey: Send + Sync {
    /// A command that would be run for `target` in `dir`. `Some`: a sub-make that the command would start without make's knowing,
    /// as a recipe line that is still to be expanded.
    fn line(&self, dir: &Dir, target: &BStr, text: &BStr) -> Option<BString>;

    /// What `target` in `dir`, which no rule was found for, would be made from if that was there.
    fn made_from(&self, dir: &Dir, target: &BStr) -> Option<BString>;

    /// A sub-make is about to start: its arguments, which may be added to.
    fn submake(&self, dir: &Dir, argv: &mut Vec<BString>, env: &Env);

    /// That sub-make could not be evaluated to its end.
    fn failed(&self, dir: &Dir, argv: &[BString]);
}
