//! Modification times, as make compares them.

use rkbuild_eval::Session;

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

/// What `stat` says about a name; with `-L` the younger of a symbolic link and what it points to.
pub fn stat(session: &Session, name: &[u8]) -> Time {
    let host = session.host();
    let dir = &session.dir;
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
                session.error(None, message);
            }
            Time::Missing
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_oldest_and_what_is_new_is_newest() {
        assert!(
            Time::Missing < Time::Old && Time::Old < Time::At(i64::MIN) && Time::At(i64::MAX) < Time::New
        );
    }
}
