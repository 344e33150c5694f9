//! Waiting until one of several descriptors is ready.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;

/// What to wait for on a descriptor. An error or the other side's going away counts as both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    /// There is something to read, or the end.
    Read,
    /// There is room to write.
    Write,
}

/// Waits until at least one descriptor is ready or the time is over; `None` waits for ever. The answer says for each
/// descriptor, in the order given, whether it is ready. Signals do not end the wait.
pub fn wait(fds: &[(BorrowedFd<'_>, Ready)], timeout: Option<Duration>) -> io::Result<Vec<bool>> {
    let mut polled: Vec<PollFd<'_>> = fds
        .iter()
        .map(|(fd, ready)| {
            let flags = if *ready == Ready::Read { PollFlags::IN } else { PollFlags::OUT };
            PollFd::from_borrowed_fd(*fd, flags)
        })
        .collect();
    let end = timeout.map(|t| (Instant::now(), t));
    loop {
        let left = end.map(|(start, timeout)| timespec(timeout.saturating_sub(start.elapsed())));
        match rustix::event::poll(&mut polled, left.as_ref()) {
            Ok(_) => return Ok(polled.iter().map(|p| !p.revents().is_empty()).collect()),
            Err(Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
    }
}

/// [`wait`] for a single descriptor.
pub fn wait_one(fd: BorrowedFd<'_>, ready: Ready, timeout: Option<Duration>) -> io::Result<bool> {
    Ok(wait(&[(fd, ready)], timeout)?.first() == Some(&true))
}

fn timespec(time: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: time.subsec_nanos().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    #[test]
    fn the_ready_ones_are_named_and_a_timeout_names_none() {
        let (r1, w1) = crate::fd::pipe().unwrap();
        let (r2, _w2) = crate::fd::pipe().unwrap();
        let both = [(r1.as_fd(), Ready::Read), (r2.as_fd(), Ready::Read)];
        assert_eq!(wait(&both, Some(Duration::from_millis(5))).unwrap(), [false, false]);
        crate::fd::write_all(&w1, b"x").unwrap();
        assert_eq!(wait(&both, None).unwrap(), [true, false]);
        drop(w1);
        assert_eq!(wait(&both, None).unwrap(), [true, false]);
    }
}
