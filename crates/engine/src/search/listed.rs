//! Looking at the files a record lists for a target: all together, as long as there is nothing to say of any of them but its time.

use rkbuild_eval::FileId;

use crate::graph::looked::Looked;
use crate::graph::states::{Phase, Status};
use crate::graph::times::Time;
use crate::search::lookup::Search;
use crate::search::mtime::SLACK_NS;
use crate::search::shape::Shape;

impl Search<'_> {
    /// True when some pattern rule's target is such a name. A few rules more than could make it count.
    fn fits_a_pattern(&mut self, name: &[u8]) -> bool {
        let patterns = &self.graph.session.targets.patterns;
        let shapes = self.shapes.get_or_insert_with(|| {
            patterns.iter().flat_map(|rule| rule.targets.iter().map(Shape::of)).collect()
        });
        let base = memchr::memrchr(b'/', name).map_or(name, |at| name.get(at + 1..).unwrap_or_default());
        shapes.iter().any(|shape| shape.fits(name, base))
    }

    /// The time of the youngest file listed for `file`. `None`: one of them is not there, or may be made, or there is anything
    /// else to be said of it, so that they have to be seen one by one.
    pub(crate) fn look_at_list(&mut self, file: FileId) -> Option<Time> {
        let files = self.session.targets.list_of(file)?.files.clone();
        let mut youngest = Looked::ODD;
        for &file in files.iter() {
            let looked = match self.looked(file) {
                Looked::NOT => self.look(file),
                looked => looked,
            };
            if looked == Looked::ODD {
                return None;
            }
            youngest = youngest.max(looked);
        }
        youngest.time()
    }

    /// Looks at a file that is listed.
    fn look(&mut self, file: FileId) -> Looked {
        let looked = self.look_closely(file);
        self.set_looked(file, looked);
        looked
    }

    fn look_closely(&mut self, file: FileId) -> Looked {
        let target = &self.session.targets[file];
        let is_just_named = target.is_target
            && target.recipe.is_none()
            && target.deps.is_empty()
            && target.secondary().is_empty()
            && target.grouped().is_empty()
            && target.scope.is_none()
            && !(target.is_double_colon || target.phony || target.low_resolution_time())
            && self.session.targets.list_of(file).is_none();
        let name = self.name_of(file);
        if !is_just_named || self.fits_a_pattern(name) {
            return Looked::ODD;
        }
        if self.has_state(file) {
            self.time_counts(file);
            let state = self.state(file);
            let found_elsewhere = state.renamed.is_some() || state.found_as().is_some();
            return match (state.phase, state.status, state.mtime) {
                _ if found_elsewhere || state.updating || state.ran => Looked::ODD,
                (Phase::Done, Some(Status::Success), Some(time)) => Looked::at(time),
                // What -W and -o say of it.
                (Phase::New, None, Some(time @ (Time::NEW | Time::OLD))) => Looked::at(time),
                _ => Looked::ODD,
            };
        }
        if self.observed.would_be_new(&self.session.dir, name) {
            return Looked::at(Time::NEW);
        }
        let time = self.time_listed(file, name);
        // A time in the future has to be spoken of.
        let now = self.session.host().now_ns();
        if time.ns().is_some_and(|ns| ns > now + SLACK_NS) {
            return Looked::ODD;
        }
        if !time.is_missing() {
            // What is there before anything was done is a file like any other.
            self.session.targets[file].intermediate = false;
        }
        Looked::at(time)
    }

    /// The time of a file that is listed, also if another session looked at it, as long as nothing could have changed it since.
    fn time_listed(&self, file: FileId, name: &[u8]) -> Time {
        let host = self.session.host();
        let id = self.session.targets[file].name;
        let shared = self.times.as_deref().zip(host.quiet_epoch());
        if let Some((times, epoch)) = shared
            && let Some(ns) = times.get(epoch, id)
        {
            return Time::at(ns);
        }
        // Of what can't be looked at, the general way speaks.
        let Ok(meta) = host.stat(&self.session.dir, name) else { return Time::MISSING };
        if let Some((times, epoch)) = shared {
            times.keep(epoch, id, meta.mtime_ns);
        }
        Time::at(meta.mtime_ns)
    }
}
