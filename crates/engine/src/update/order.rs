//! `--shuffle`: another order for prerequisites and goals, to find rules that rely on the one they are written in.
//!
//! Only the order in which things are considered changes; automatic variables keep the order of the makefile.

use std::hash::BuildHasher;

use bstr::ByteSlice;
use fastrand::Rng;
use rkbuild_base::FxSet;
use rkbuild_eval::FileId;
use rkbuild_eval::options::Options;
use rustc_hash::FxBuildHasher;

use crate::graph::builder::Builder;

/// The order asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shuffle {
    /// As written.
    Identity,
    /// Last to first.
    Reverse,
    /// One that follows from this seed.
    Seed(u64),
}

impl Shuffle {
    /// What the options ask for.
    pub fn of(options: &Options) -> Shuffle {
        match options.shuffle.as_ref().map(|mode| mode.as_slice()) {
            Some(b"reverse") => Shuffle::Reverse,
            Some(mode) => {
                let seed = mode.to_str().ok().and_then(|mode| mode.parse().ok());
                seed.map_or(Shuffle::Identity, Shuffle::Seed)
            }
            None => Shuffle::Identity,
        }
    }

    /// Puts what belongs to `name` in order. The same seed and name give the same order, whatever else is built.
    pub fn apply<T>(self, name: &[u8], items: &mut [T]) {
        match self {
            Shuffle::Identity => {}
            Shuffle::Reverse => items.reverse(),
            Shuffle::Seed(seed) => Rng::with_seed(FxBuildHasher.hash_one((seed, name))).shuffle(items),
        }
    }
}

impl Builder<'_> {
    /// Decides on the order of the prerequisites of all targets the goals lead to. What implicit rules find comes later.
    pub(crate) fn shuffle_below(&mut self, goals: &[FileId]) {
        if self.shuffle == Shuffle::Identity || self.for_makefiles {
            return;
        }
        let mut open = goals.to_vec();
        let mut seen: FxSet<FileId> = FxSet::default();
        while let Some(file) = open.pop() {
            if seen.insert(file) {
                self.shuffle_deps(file);
                open.extend(self.session.targets[file].deps.iter().map(|dep| dep.file));
            }
        }
    }

    /// Decides in which order the prerequisites of one rule are considered. Goals only: makefiles are left alone; so are
    /// rules with `.WAIT` or whose prerequisites are made one after the other.
    pub(crate) fn shuffle_deps(&mut self, file: FileId) {
        let target = &self.session.targets[file];
        let count = target.deps.len();
        let fixed = self.shuffle == Shuffle::Identity || self.for_makefiles || self.not_parallel;
        // Of a name's `::` rules only the first is put in another order.
        let later = self.session.targets.head(file) != file;
        if fixed || later || count < 2 || target.not_parallel || target.deps.iter().any(|dep| dep.wait) {
            return;
        }
        if self.state(file).shuffled.len() == count {
            return;
        }
        let mut order: Vec<usize> = (0..count).collect();
        self.shuffle.apply(self.name_of(file), &mut order);
        self.state(file).shuffled = order;
    }

    /// Which prerequisite is the one to be considered as number `at`.
    pub(crate) fn dep_at(&mut self, file: FileId, at: usize) -> usize {
        self.state(file).shuffled.get(at).copied().unwrap_or(at)
    }

    /// A prerequisite was taken out.
    pub(crate) fn forget_shuffled(&mut self, file: FileId, dep: usize) {
        let order = &mut self.state(file).shuffled;
        order.retain(|at| *at != dep);
        for at in order.iter_mut().filter(|at| **at > dep) {
            *at -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_order_for_a_name() {
        let order = |seed, name: &[u8]| {
            let mut all: Vec<u32> = (0..20).collect();
            Shuffle::Seed(seed).apply(name, &mut all);
            all
        };
        assert_eq!(order(7, b"all"), order(7, b"all"));
        assert_ne!(order(7, b"all"), order(8, b"all"));
        assert_ne!(order(7, b"all"), (0..20).collect::<Vec<u32>>());
    }
}
