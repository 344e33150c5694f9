//! A session's standard streams, as values.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::sync::{Arc, OnceLock};

use rustix::fs::{CWD, Mode, OFlags};

use crate::{fd, limits, start};

/// Standard input, output and error of a session: those of the process, or a pipe or file in their place.
#[derive(Clone, Debug)]
pub struct Stdio {
    /// Standard input.
    pub stdin: Arc<OwnedFd>,
    /// Standard output.
    pub stdout: Arc<OwnedFd>,
    /// Standard error.
    pub stderr: Arc<OwnedFd>,
}

impl Stdio {
    /// The streams this process was started with. One that was closed gives "Bad file descriptor" for every read and
    /// write, and is closed in children.
    pub fn of_process() -> io::Result<Stdio> {
        Ok(Stdio {
            stdin: stream(0, std::io::stdin().as_fd())?,
            stdout: stream(1, std::io::stdout().as_fd())?,
            stderr: stream(2, std::io::stderr().as_fd())?,
        })
    }

    /// Whether standard output and error are the same file.
    pub fn same_output(&self) -> bool {
        let file = |fd: &OwnedFd| rustix::fs::fstat(fd).map(|stat| (stat.st_dev, stat.st_ino)).ok();
        Arc::ptr_eq(&self.stdout, &self.stderr) || file(&self.stdout) == file(&self.stderr)
    }

    /// Streams in the place of these, and the files from `file` that take what is written. One that is closed stays so, and where
    /// both lead to one place they share one file.
    pub fn stand_in(&self, mut file: impl FnMut() -> io::Result<Arc<OwnedFd>>) -> io::Result<StandIn> {
        let mut instead = |stream: &OwnedFd| if is_closed(stream) { Ok(None) } else { file().map(Some) };
        let out = instead(&self.stdout)?;
        let together = self.same_output();
        let err = if together { None } else { instead(&self.stderr)? };
        let stdout = out.as_ref().unwrap_or(&self.stdout).clone();
        let stderr = match (&err, together) {
            (Some(err), _) => err.clone(),
            (None, true) => stdout.clone(),
            (None, false) => self.stderr.clone(),
        };
        Ok(StandIn { stdio: Stdio { stdin: self.stdin.clone(), stdout, stderr }, out, err })
    }

    /// Writes to standard output, all of it.
    pub fn write_out(&self, data: &[u8]) -> io::Result<()> {
        fd::write_all(&self.stdout, data)
    }

    /// Writes to standard error, all of it.
    pub fn write_err(&self, data: &[u8]) -> io::Result<()> {
        fd::write_all(&self.stderr, data)
    }
}

/// What [`Stdio::stand_in`] gives.
#[derive(Debug)]
pub struct StandIn {
    /// What commands and messages write to.
    pub stdio: Stdio,
    /// What takes standard output; `None` where that is closed.
    pub out: Option<Arc<OwnedFd>>,
    /// What takes standard error; `None` where that is closed, and where it goes where standard output does.
    pub err: Option<Arc<OwnedFd>>,
}

/// What stands for each stream that was closed when the process started. Opened for its path alone, it can be neither
/// read nor written, and no descriptor of another file can have its number.
static CLOSED: OnceLock<Arc<OwnedFd>> = OnceLock::new();

fn stream(number: usize, fd: BorrowedFd<'_>) -> io::Result<Arc<OwnedFd>> {
    if start::was_open(number) {
        return if limits::few_files() { Ok(lent(fd)) } else { fd::duplicate(fd).map(Arc::new) };
    }
    if let Some(closed) = CLOSED.get() {
        return Ok(closed.clone());
    }
    let fd = rustix::fs::openat(CWD, c"/", OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    let fd = Arc::new(fd::move_high(fd)?);
    Ok(CLOSED.get_or_init(|| fd).clone())
}

/// The descriptor itself, which stays open: where there are few, three duplicates are too many.
fn lent(fd: BorrowedFd<'_>) -> Arc<OwnedFd> {
    // SAFETY: the number is open, and the one who would close it never goes away.
    let own = Arc::new(unsafe { OwnedFd::from_raw_fd(fd.as_raw_fd()) });
    std::mem::forget(own.clone());
    own
}

/// Whether a stream of [`Stdio`] stands for one that was closed when the process started.
pub fn is_closed(stream: impl AsFd) -> bool {
    CLOSED.get().is_some_and(|closed| closed.as_raw_fd() == stream.as_fd().as_raw_fd())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_can_be_replaced_one_by_one() {
        let (read, write) = fd::pipe().unwrap();
        let mut stdio = Stdio::of_process().unwrap();
        stdio.stdout = Arc::new(write);
        stdio.write_out(b"to the pipe").unwrap();
        drop(stdio);
        let mut got = Vec::new();
        fd::read_to_end(&read, &mut got).unwrap();
        assert_eq!(got, b"to the pipe");
    }

    #[test]
    fn a_full_device_is_an_error() {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let e = fd::write_all(&full, b"x").unwrap_err();
        assert_eq!(crate::errors::describe(&e), "No space left on device");
    }
}
