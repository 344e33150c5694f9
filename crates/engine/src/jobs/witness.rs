//! Where somebody wants to know afterwards what may have gone wrong: the trait that hints are made from.

use rkbuild_base::BStr;
use rkbuild_host::Dir;

use crate::jobs::invocation::Invocation;

/// Is told of makes as they end, and of targets nothing makes. It changes nothing of what is done or printed.
pub trait Witness: Send + Sync {
    /// A make has ended, this process's own or one below it.
    fn make_ended(&self, invocation: &Invocation, status: i32);

    /// The makefiles of a make have been read; `names` are the targets that have rules. True: that is all that is wanted of it.
    fn has_read(&self, _names: &mut dyn Iterator<Item = &BStr>) -> bool {
        false
    }

    /// There was no rule for `target` in `dir`, which was a goal, or needed by a target. `names` are the targets that have rules.
    fn no_rule(&self, dir: &Dir, target: &BStr, goal: bool, names: &mut dyn Iterator<Item = &BStr>);
}
