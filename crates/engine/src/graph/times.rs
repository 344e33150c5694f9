//! Modification times, as make compares them.

use std::num::NonZeroU64;

use rkbuild_eval::Session;

use crate::graph::directory;

/// When a file was last changed. The order is make's: nothing is older than what does not exist, nothing newer
/// than what was just made without our seeing it.
///
/// Nanoseconds since 1970 with the sign turned round, so that numbers compare as times do, and both ends of the range given
/// to what is no time: two of these are known of each target, and one that is not known yet takes no more room.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(NonZeroU64);

const SIGN: u64 = 1 << 63;

impl Time {
    /// There is no such file.
    pub const MISSING: Time = Time(NonZeroU64::MIN);
    /// `-o`
    pub const OLD: Time = Time(NonZeroU64::MIN.saturating_add(1));
    /// `-W`, or remade without being run (`-n`).
    pub const NEW: Time = Time(NonZeroU64::MAX);

    /// A time in nanoseconds since 1970.
    pub fn at(ns: i64) -> Time {
        let number = (ns.cast_unsigned() ^ SIGN).clamp(3, u64::MAX - 1);
        Time(NonZeroU64::new(number).unwrap_or(NonZeroU64::MIN))
    }

    /// Nanoseconds since 1970, if it is a time.
    pub fn ns(self) -> Option<i64> {
        let is_time = self > Time::OLD && self < Time::NEW;
        is_time.then(|| (self.0.get() ^ SIGN).cast_signed())
    }

    /// True when there is no file.
    pub fn is_missing(self) -> bool {
        self == Time::MISSING
    }

    /// True for what an option says of a file, whatever its time is.
    pub fn is_given(self) -> bool {
        self == Time::OLD || self == Time::NEW
    }
}

impl std::fmt::Debug for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (*self, self.ns()) {
            (_, Some(ns)) => write!(f, "{ns} ns"),
            (Time::MISSING, _) => f.write_str("missing"),
            (Time::OLD, _) => f.write_str("old"),
            _ => f.write_str("new"),
        }
    }
}

/// What `stat` says about a name; with `-L` the younger of a symbolic link and what it points to.
pub fn stat(session: &Session, name: &[u8]) -> Time {
    let host = session.host();
    let dir = &session.dir;
    let mut time = match host.stat(dir, name) {
        Ok(meta) => Time::at(meta.mtime_ns),
        Err(error) => {
            let absent =
                matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory);
            if !absent {
                let mut message = b"stat: ".to_vec();
                message.extend_from_slice(name);
                message.extend_from_slice(b": ");
                message.extend_from_slice(rkbuild_host::errors::describe(&error).as_bytes());
                session.error(None, message);
            }
            Time::MISSING
        }
    };
    if session.options.check_symlink_times {
        let mut link = name.to_vec();
        // As many links as the system itself would follow.
        for _ in 0..40 {
            let Ok(meta) = host.lstat(dir, &link) else { break };
            if !meta.is_symlink() {
                break;
            }
            time = time.max(Time::at(meta.mtime_ns));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_oldest_and_what_is_new_is_newest() {
        assert!(
            Time::MISSING < Time::OLD && Time::OLD < Time::at(i64::MIN) && Time::at(i64::MAX) < Time::NEW
        );
        assert!(Time::at(-1) < Time::at(0) && Time::at(0) < Time::at(1));
    }

    #[test]
    fn nanoseconds_come_back() {
        for ns in [i64::MIN + 3, -1, 0, 1_700_000_000_123_456_789, i64::MAX - 1] {
            assert_eq!(Time::at(ns).ns(), Some(ns));
        }
        assert_eq!([Time::MISSING, Time::OLD, Time::NEW].map(Time::ns), [None; 3]);
    }
}
