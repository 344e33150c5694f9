//! Circles: prerequisites that are being made already, and are dropped with a message (manual 4.15).

use rkbuild_eval::FileId;

use crate::update::builder::{Builder, Dropped, SharedTail};

impl Builder<'_> {
    /// Begins or ends the time in which needing `file` closes a circle. All `::` rules of a name are on the way together.
    pub(crate) fn set_updating(&mut self, file: FileId, on: bool) {
        let head = self.session.targets.head(file);
        self.state(head).updating = on;
    }

    /// Whether needing `file` closes a circle.
    pub(crate) fn is_updating(&mut self, file: FileId) -> bool {
        let head = self.session.targets.head(file);
        self.state(head).updating
    }

    /// Takes out prerequisite number `at` of `file`, which is being made already, on behalf of the target that is
    /// `considered`.
    pub(crate) fn drop_circular(&mut self, file: FileId, at: usize, dep: FileId, considered: FileId) {
        self.tell_circular(considered, dep);
        let left = self.session.targets[file].deps.len() - at;
        self.take_out(file, at);
        // The item before it is the one that changes; where that is in both lists, both do.
        let mut others = Vec::new();
        for tail in self.shared_tails.iter_mut().filter(|tail| tail.targets.contains(&file)) {
            if left > tail.len {
                continue;
            }
            if at > 0 && left < tail.len {
                let [one, two] = tail.targets;
                others.push(if one == file { two } else { one });
            }
            tail.len = if left < tail.len { tail.len - 1 } else { left - 1 };
        }
        for other in others {
            if let Some(at) = self.session.targets[other].deps.len().checked_sub(left) {
                self.take_out(other, at);
            }
        }
    }

    /// The same for what comes first among the prerequisites of `peer`, which is made together with `file`: GNU make takes
    /// it off the front of the wrong list. `file` has the rest of its peer's from then on, and recipes see that.
    pub(crate) fn drop_first_of_peer(&mut self, peer: FileId, at: usize, dep: FileId, file: FileId) {
        self.tell_circular(file, dep);
        let rest = self.session.targets[peer].deps.get(at + 1..).unwrap_or_default().to_vec();
        let states = self.state(peer).deps.get(at + 1..).unwrap_or_default().to_vec();
        self.shared_tails.retain(|tail| !tail.targets.contains(&file));
        self.shared_tails.push(SharedTail { targets: [file, peer], len: rest.len() });
        self.session.targets[file].deps = rest.into();
        self.state(file).deps = states.into();
    }

    /// Where in the list of `owner` one goes on that stood at `at` when the first `seen` prerequisites had been dropped. Whoever
    /// stands on one that was dropped still sees what came right after it, and tells of it for `considered` once more.
    pub(crate) fn after_dropped(
        &mut self,
        owner: FileId,
        mut at: usize,
        seen: usize,
        considered: FileId,
    ) -> usize {
        // What was dropped right behind it is what it still leads to.
        let mut here = Vec::new();
        for dropped in self.dropped.iter().skip(seen).filter(|dropped| dropped.target == owner) {
            match dropped.at.cmp(&at) {
                std::cmp::Ordering::Less => at -= 1,
                std::cmp::Ordering::Equal => here.push(dropped.dep),
                std::cmp::Ordering::Greater => {}
            }
        }
        if here.is_empty() {
            return at + 1;
        }
        for dep in here.into_iter().skip(1) {
            if self.is_updating(dep) {
                self.tell_circular(considered, dep);
            }
        }
        at
    }

    fn take_out(&mut self, file: FileId, at: usize) {
        let dep = self.session.targets[file].deps.remove(at).file;
        self.dropped.push(Dropped { target: file, at, dep });
        self.forget_shuffled(file, at);
        if at < self.state(file).deps.len() {
            self.state(file).deps.remove(at);
        }
    }

    fn tell_circular(&self, considered: FileId, dep: FileId) {
        let mut message = b"Circular ".to_vec();
        message.extend_from_slice(self.name_of(considered));
        message.extend_from_slice(b" <- ");
        message.extend_from_slice(self.name_of(dep));
        message.extend_from_slice(b" dependency dropped.");
        self.session.error(None, message);
    }
}
