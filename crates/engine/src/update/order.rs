//! The order in which prerequisites are considered: that of the makefile, or with `--shuffle` another one. Automatic variables
//! keep the order of the makefile.

use rkbuild_base::FxSet;
use rkbuild_eval::FileId;

use crate::update::builder::Builder;
use crate::update::shuffle::Shuffle;

impl Builder<'_> {
    /// Decides on the order of the prerequisites of all targets the goals lead to. What implicit rules find comes later.
    pub(crate) fn shuffle_below(&mut self, goals: &[FileId]) {
        if self.shuffle == Shuffle::Identity || self.for_makefiles {
            return;
        }
        self.session.targets.spread_all();
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
        if fixed || later || count < 2 || target.not_parallel() || target.deps.iter().any(|dep| dep.wait) {
            return;
        }
        if self.state(file).shuffled().len() == count {
            return;
        }
        let mut order: Vec<usize> = (0..count).collect();
        self.shuffle.apply(self.name_of(file), &mut order);
        self.state(file).rare_mut().shuffled = order;
    }

    /// Which prerequisite is the one to be considered as number `at`.
    pub(crate) fn dep_at(&mut self, file: FileId, at: usize) -> usize {
        self.state(file).shuffled().get(at).copied().unwrap_or(at)
    }

    /// A prerequisite was taken out.
    pub(crate) fn forget_shuffled(&mut self, file: FileId, dep: usize) {
        if self.state(file).shuffled().is_empty() {
            return;
        }
        let order = &mut self.state(file).rare_mut().shuffled;
        order.retain(|at| *at != dep);
        for at in order.iter_mut().filter(|at| **at > dep) {
            *at -= 1;
        }
    }
}
