//! What is known of files that records list, and of the targets they are listed for, while nobody needs to see them one by one.

use rkbuild_base::FxSet;
use rkbuild_eval::FileId;

use crate::graph::looked::Looked;
use crate::graph::states::{DepState, Graph};
use crate::graph::times::Time;

impl Graph<'_> {
    /// What looking at a listed file gave.
    pub(crate) fn looked(&self, file: FileId) -> Looked {
        self.lists.looked.get(file.index()).copied().unwrap_or(Looked::NOT)
    }

    /// Keeps what looking at a listed file gave.
    pub(crate) fn set_looked(&mut self, file: FileId, looked: Looked) {
        let at = file.index();
        if at >= self.lists.looked.len() {
            let len = self.session.targets.files.len().max(at + 1);
            self.lists.looked.resize(len, Looked::NOT);
        }
        self.lists.looked[at] = looked;
    }

    /// The prerequisites of `file`, whose time is `this_time`, were all looked at; those of its list are just files.
    pub(crate) fn decide_list(&mut self, file: FileId, this_time: Time) {
        if self.session.targets.list_of(file).is_some() {
            self.lists.decided.insert(file, this_time);
        }
    }

    /// True when it is known which of the files listed for `file` have changed.
    pub(crate) fn is_list_decided(&self, file: FileId) -> bool {
        self.lists.decided.contains_key(&file)
    }

    /// Those of the files listed for `file` that belong to `$?`.
    pub(crate) fn changed_of_list(&self, file: FileId) -> Vec<FileId> {
        let (Some(listed), Some(time)) =
            (self.session.targets.list_of(file), self.lists.decided.get(&file).copied())
        else {
            return Vec::new();
        };
        let changed = |file: &&FileId| self.looked(**file).time().is_some_and(|of_file| of_file > time);
        listed.files.iter().filter(changed).copied().collect()
    }

    /// Makes what is listed for `file` prerequisites like any others. Gives where they begin and how many they are.
    pub(crate) fn spread(&mut self, file: FileId) -> Option<(usize, usize)> {
        self.session.targets.list_of(file)?;
        let changed: FxSet<FileId> = self.changed_of_list(file).into_iter().collect();
        let decided = self.lists.decided.remove(&file).is_some();
        let (start, count) = self.session.targets.spread(file)?;
        let states = &mut self.state(file).deps;
        if decided && states.len() < start {
            states.resize(start, DepState::default());
        }
        if states.len() >= start {
            let behind = states.split_off(start);
            states.resize(start + count, DepState::default());
            states.extend(behind);
        }
        for at in start..start + count {
            let dep = self.session.targets[file].deps[at].file;
            if changed.contains(&dep) {
                self.state(file).deps[at].changed = true;
            }
        }
        Some((start, count))
    }
}
