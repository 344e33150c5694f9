//! Waiting out a shortage: what runs in this process shares descriptors and memory with everything else that does, so a
//! command may find none left although its own process would have had plenty. That is no answer of the file system.

use std::io;
use std::time::Duration;

use rustix::io::Errno;

/// How long is waited for others to give something back.
const LONGEST: Duration = Duration::from_secs(2);

/// Whether the error says that the system, or this process, is short of something.
pub(crate) fn is_shortage(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::AGAIN | Errno::NOBUFS)
    )
}

/// Does `work`, and does it again for a while as long as there is a shortage.
pub(crate) fn patiently<T>(mut work: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let mut pause = Duration::from_millis(1);
    loop {
        match work() {
            Err(error) if is_shortage(&error) && pause < LONGEST => {
                std::thread::sleep(pause);
                pause *= 2;
            }
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortage_that_passes_is_not_seen_and_other_errors_are_given_at_once() {
        let mut left = 3;
        let opened = patiently(|| {
            left -= 1;
            if left > 0 { Err(io::Error::from(Errno::MFILE)) } else { Ok(7) }
        });
        assert_eq!((opened.ok(), left), (Some(7), 0));
        let mut tries = 0;
        let missing: io::Result<()> = patiently(|| {
            tries += 1;
            Err(Errno::NOENT.into())
        });
        assert!(missing.is_err() && tries == 1);
    }
}
