//! The times of targets: each is looked at once, and a name that is not there is looked for elsewhere.

use rkbuild_base::BString;
use rkbuild_eval::FileId;

use crate::graph::archive;
use crate::graph::states::Phase;
use crate::graph::times::Time;
use crate::search::lookup::Search;

/// File systems keep time a little coarser than the clock.
pub(crate) const SLACK_NS: i64 = 10_000_000;

impl Search<'_> {
    /// A file's modification time, looked at once; names not found are searched for in VPATH.
    pub fn mtime(&mut self, file: FileId) -> Time {
        self.mtime_of(file, true)
    }

    /// Like [`Search::mtime`]; `search` says whether VPATH counts.
    pub fn mtime_of(&mut self, file: FileId, search: bool) -> Time {
        let file = self.renamed(file);
        if let Some(time) = self.state(file).mtime {
            self.time_counts(file);
            return time;
        }
        let name = self.name_of(file);
        if self.session.targets[file].phony {
            self.state(file).mtime = Some(Time::MISSING);
            return Time::MISSING;
        }
        if let Some(time) = self.looked(file).time() {
            self.state(file).mtime = Some(time);
            return time;
        }
        let time = if let Some((archive, member)) = archive::split(name) {
            // An archive found through VPATH takes its members along.
            let path = self.archive_path(archive);
            let time = self.member_time(name);
            if path != archive && search && !self.state(file).ignore_vpath && !time.is_missing() {
                let found = [path.as_slice(), b"(", member, b")"].concat();
                return self.found_elsewhere(file, &found, time);
            }
            time
        } else {
            let state = self.state(file);
            let name = match (state.found_as(), state.ignore_vpath) {
                (Some(found), false) => self.session.text(found),
                _ => name,
            };
            self.stat_time(name)
        };
        if time.is_missing()
            && search
            && !self.state(file).ignore_vpath
            && let Some((found, when)) = self.search_vpath(name)
        {
            let found_time = match when {
                Some(when) => when,
                None => self.stat_time(&found),
            };
            return self.found_elsewhere(file, &found, found_time);
        }
        if let Some(ns) = time.ns() {
            self.check_future(file, ns);
        }
        // Every `::` rule of a name speaks of the same file, and those not looked at yet of what is there now, whatever `-W`
        // says of them.
        for rule in self.session.targets.rules(file) {
            let state = self.state(rule);
            let given = state.phase == Phase::New && state.mtime.is_some_and(Time::is_given);
            if rule == file || given || state.mtime.is_none() {
                self.state(rule).mtime = Some(time);
                self.keep_what_was_there(rule, time);
            }
        }
        time
    }

    /// The time of a list of options that no rule speaks of: as nothing is compared with it, it does not count.
    pub(crate) fn mtime_of_list(&mut self, file: FileId) -> Time {
        let name = self.name_of(file);
        if self.state(file).mtime.is_none() && !self.session.options.check_symlink_times {
            let there = self.session.host().stat_there(&self.session.dir, name);
            // One in the future make speaks of.
            if let Some(meta) = there.ok().filter(|meta| meta.mtime_ns <= self.session.host().now_ns()) {
                let time = Time::at(meta.mtime_ns);
                self.state(file).mtime = Some(time);
                self.uncompared.push(file);
                return time;
            }
        }
        self.mtime_of(file, false)
    }

    /// A file's time, where it is not compared with any as yet.
    pub(crate) fn mtime_uncompared(&mut self, file: FileId) -> Time {
        match self.state(file).mtime.filter(|_| self.uncompared.contains(&file)) {
            Some(time) => time,
            None => self.mtime(file),
        }
    }

    /// The time of a file is compared with others, and counts from now on.
    pub(crate) fn time_counts(&mut self, file: FileId) {
        if let Some(at) = self.uncompared.iter().position(|uncompared| *uncompared == file) {
            self.uncompared.swap_remove(at);
            // What is there now, if it is another, is found to have changed while it was looked at.
            let _ = self.session.host().stat(&self.session.dir, self.name_of(file));
        }
    }

    /// Whether a file that was not there when it was looked at can't be there now: no program has run since the first file was
    /// looked at, and nothing in this process has changed one. Recipes with nothing in them are of this kind.
    pub(crate) fn is_still_missing(&mut self, file: FileId) -> bool {
        self.state(file).mtime.is_some_and(Time::is_missing)
            && self.session.host().quiet_epoch() == Some(self.began)
            && self.session.targets[file].double_colon_head().is_none()
            && archive::split(self.name_of(file)).is_none()
    }

    /// A prerequisite of `.INTERMEDIATE` that is there before anything was done is a file like any other, not ours to remove.
    fn keep_what_was_there(&mut self, file: FileId, time: Time) {
        if time.is_missing() || !self.session.targets[file].intermediate {
            return;
        }
        let state = self.state(file);
        if state.phase == Phase::New && !state.tried_implicit {
            self.session.targets[file].intermediate = false;
        }
    }

    /// The time of `lib(member)`; missing when either is.
    pub(crate) fn member_time(&mut self, name: &[u8]) -> Time {
        let Some((path, member)) = archive::split(name) else { return Time::MISSING };
        // The archive may itself be found through VPATH.
        let archive = self.archive_path(path);
        archive::time_of(self.session, &archive, member)
    }

    /// Where an archive is: its own name, or what VPATH makes of it.
    pub(crate) fn archive_path(&mut self, archive: &[u8]) -> BString {
        let name = self.session.name(rkbuild_eval::target::strip_dot_slash(archive));
        let Some(file) = self.session.targets.lookup(name) else {
            if self.session.host().exists(&self.session.dir, archive) {
                return archive.into();
            }
            return self.search_directories(archive).map_or(archive.into(), |(found, _)| found);
        };
        self.mtime(file);
        let file = self.renamed(file);
        let name = self.state(file).found_as().unwrap_or(self.session.targets[file].name);
        self.session.text(name).into()
    }

    /// `file` was found as `found`: from now on both names mean it. Gives its time.
    pub(crate) fn found_elsewhere(&mut self, file: FileId, found: &[u8], time: Time) -> Time {
        let name = self.name_of(file);
        let new_name = self.session.name(found);
        let dir_len = found.len().saturating_sub(name.len() + 1);
        let keeps = self.in_gpath(&found[..dir_len]);
        if let Some(other) = self.session.targets.lookup(new_name).filter(|other| *other != file) {
            self.merge(file, other);
            let time = self.mtime(other);
            self.tell_rules(file, time);
            return time;
        }
        if keeps {
            self.session.targets.rename(file, new_name);
        } else {
            // Until it is known whether it must be remade, both names are its.
            self.session.targets.alias(file, new_name);
            for rule in self.session.targets.rules(file) {
                self.state(rule).rare_mut().found_as = Some(new_name);
            }
        }
        self.state(file).mtime = Some(time);
        self.tell_rules(file, time);
        time
    }

    /// What was found for one `::` rule of a name is not looked for again for the others.
    fn tell_rules(&mut self, file: FileId, time: Time) {
        for rule in self.session.targets.rules(file) {
            self.state(rule).mtime.get_or_insert(time);
        }
    }

    /// A file that need not be remade is used where it was found: there its rule belongs, and those that follow.
    pub(crate) fn use_found(&mut self, file: FileId) {
        let Some(found) = self.state(file).take_found_as() else { return };
        let mut rules = self.session.targets.rules(file);
        rules.drain(..rules.iter().position(|rule| *rule == file).unwrap_or(0));
        for rule in rules {
            self.session.targets[rule].name = found;
            self.state(rule).take_found_as();
        }
    }

    /// Warns of the first time in the future, which no comparison can be trusted with. What is done with is not compared.
    fn check_future(&mut self, file: FileId, ns: i64) {
        if self.clock_skew || self.state(file).phase == Phase::Done {
            return;
        }
        let now = self.session.host().now_ns();
        if ns <= now + SLACK_NS {
            return;
        }
        let seconds = (ns - now) as f64 / 1e9;
        let mut message = b"Warning: File '".to_vec();
        message.extend_from_slice(self.name_of(file));
        let shown = if seconds >= 100.0 { format!("{}", seconds as u64) } else { two_digits(seconds) };
        message.extend_from_slice(format!("' has modification time {shown} s in the future").as_bytes());
        self.session.error(None, message);
        self.clock_skew = true;
    }
}

/// A number with two significant digits, as C's `%.2g` shows it.
fn two_digits(seconds: f64) -> String {
    let digits = if seconds >= 10.0 {
        0
    } else if seconds >= 1.0 {
        1
    } else {
        2
    };
    let shown = format!("{seconds:.digits$}");
    if shown.contains('.') { shown.trim_end_matches('0').trim_end_matches('.').to_owned() } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_shown_with_two_significant_digits() {
        assert_eq!(two_digits(3.06), "3.1");
        assert_eq!(two_digits(0.5), "0.5");
        assert_eq!(two_digits(42.4), "42");
    }
}
