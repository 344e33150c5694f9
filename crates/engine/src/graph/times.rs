//! Modification times, as make compares them.

use rkbuild_eval::FileId;

use crate::graph::builder::{Builder, Phase};
use crate::graph::directory;

/// When a file was last changed. The order is make's: nothing is older than what does not exist, nothing newer
/// than what was just made without our seeing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Time {
    /// There is no such file.
    Missing,
    /// `-o`
    Old,
    /// Nanoseconds since 1970.
    At(i64),
    /// `-W`, or remade without being run (`-n`).
    New,
}

impl Time {
    /// True when there is no file.
    pub fn is_missing(self) -> bool {
        self == Time::Missing
    }
}

impl Builder<'_> {
    /// A file's modification time, looked at once; names not found are searched for in VPATH.
    pub fn mtime(&mut self, file: FileId) -> Time {
        self.mtime_of(file, true)
    }

    /// Like [`Builder::mtime`]; `search` says whether VPATH counts.
    pub fn mtime_of(&mut self, file: FileId, search: bool) -> Time {
        let file = self.renamed(file);
        if let Some(time) = self.state(file).mtime {
            return time;
        }
        let name = self.name_of(file);
        if self.session.targets[file].phony {
            self.state(file).mtime = Some(Time::Missing);
            return Time::Missing;
        }
        let time = if let Some((archive, member)) = crate::graph::archive::split(name) {
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
            let name = match (state.found_as, state.ignore_vpath) {
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
        if let Time::At(ns) = time {
            self.check_future(file, ns);
        }
        // Every `::` rule of a name speaks of the same file, and those not looked at yet of what is there now, whatever `-W`
        // says of them.
        for rule in self.session.targets.rules(file) {
            let state = self.state(rule);
            let given = state.phase == Phase::New && matches!(state.mtime, Some(Time::Old | Time::New));
            if rule == file || given || state.mtime.is_none() {
                self.state(rule).mtime = Some(time);
                self.keep_what_was_there(rule, time);
            }
        }
        time
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

    /// What `stat` says about a name; with `-L` the younger of a symbolic link and what it points to.
    pub(crate) fn stat_time(&self, name: &[u8]) -> Time {
        let host = self.session.host();
        let dir = &self.session.dir;
        let mut time = match host.stat(dir, name) {
            Ok(meta) => Time::At(meta.mtime_ns),
            Err(error) => {
                let absent =
                    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory);
                if !absent {
                    let mut message = b"stat: ".to_vec();
                    message.extend_from_slice(name);
                    message.extend_from_slice(b": ");
                    message.extend_from_slice(rkbuild_host::errors::describe(&error).as_bytes());
                    self.session.error(None, message);
                }
                Time::Missing
            }
        };
        if self.session.options.check_symlink_times {
            let mut link = name.to_vec();
            // As many links as the system itself would follow.
            for _ in 0..40 {
                let Ok(meta) = host.lstat(dir, &link) else { break };
                if !meta.is_symlink() {
                    break;
                }
                time = time.max(Time::At(meta.mtime_ns));
                let Ok(target) = host.read_link(dir, &link) else { break };
                link = if target.starts_with(b"/") || !link.contains(&b'/') {
                    target.into()
                } else {
                    let mut path = directory::split(&link).0.to_vec();
                    path.push(b'/');
                    path.extend_from_slice(&target);
                    path
                };
            }
        }
        time
    }

    /// Warns of the first time in the future, which no comparison can be trusted with. What is done with is not compared.
    fn check_future(&mut self, file: FileId, ns: i64) {
        if self.clock_skew || self.state(file).phase == Phase::Done {
            return;
        }
        // File systems keep time a little coarser than the clock.
        const SLACK_NS: i64 = 10_000_000;
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
    fn what_is_missing_is_oldest_and_what_is_new_is_newest() {
        assert!(
            Time::Missing < Time::Old && Time::Old < Time::At(i64::MIN) && Time::At(i64::MAX) < Time::New
        );
    }

    #[test]
    fn seconds_are_shown_with_two_significant_digits() {
        assert_eq!(two_digits(3.06), "3.1");
        assert_eq!(two_digits(0.5), "0.5");
        assert_eq!(two_digits(42.4), "42");
    }
}
