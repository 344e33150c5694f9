//! Descriptors: pipes, fifos, event counters, and reading and writing to the end whatever the descriptor's mode.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::{Mutex, PoisonError};

use bstr::BString;
use rustix::event::EventfdFlags;
use rustix::fs::{FileType, FlockOperation};
use rustix::io::Errno;
use rustix::pipe::PipeFlags;

use crate::limits::patiently;
use crate::{blocked, poll, start};

/// Where descriptors that live long are put, so that small numbers stay free for those whose number others see (a
/// jobserver's pipe).
const HIGH: RawFd = 64;

/// The same descriptor under a number from 64 up, or where it was if there are none that high.
pub(crate) fn move_high(fd: OwnedFd) -> io::Result<OwnedFd> {
    Ok(rustix::io::fcntl_dupfd_cloexec(&fd, HIGH).unwrap_or(fd))
}

/// A duplicate with a number from 64 up if there is one, closed on exec.
pub fn duplicate(fd: impl AsFd) -> io::Result<OwnedFd> {
    match rustix::io::fcntl_dupfd_cloexec(&fd, HIGH) {
        Err(Errno::INVAL | Errno::MFILE) => Ok(patiently(|| rustix::io::fcntl_dupfd_cloexec(&fd, 3))?),
        other => Ok(other?),
    }
}

/// A pipe, both ends closed on exec: (read end, write end).
pub fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(patiently(|| rustix::pipe::pipe_with(PipeFlags::CLOEXEC))?)
}

/// A pipe from which each write is read apart from the others, as far as pipes keep writes whole ([`PACKET`] bytes): what is
/// passed on like that stays whole. Both ends closed on exec: (read end, write end).
pub fn packet_pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(patiently(|| rustix::pipe::pipe_with(PipeFlags::CLOEXEC | PipeFlags::DIRECT))?)
}

/// What a pipe keeps whole.
pub const PACKET: usize = rustix::pipe::PIPE_BUF;

/// Makes room for so many bytes in a pipe nobody has written to. An error: it can't be had.
pub fn widen(pipe: impl AsFd, bytes: usize) -> io::Result<()> {
    if bytes > rustix::pipe::fcntl_getpipe_size(&pipe)? {
        rustix::pipe::fcntl_setpipe_size(&pipe, bytes)?;
    }
    Ok(())
}

/// How many bytes can be read from a pipe or terminal now.
pub fn waiting_bytes(fd: impl AsFd) -> u64 {
    rustix::io::ioctl_fionread(fd).unwrap_or(0)
}

/// A descriptor that reads as an empty file and is not a terminal.
pub fn empty_input() -> io::Result<OwnedFd> {
    pipe().map(|(read, _write)| read)
}

/// Takes over a descriptor that this process was started with, by its number, and has exec close it from now on. It
/// must be above 2 and must have been open at the start: a number that was not may meanwhile be one of ours (that is what
/// a jobserver named in MAKEFLAGS but not passed on looks like). A number can be taken once.
pub fn take_inherited(number: RawFd) -> io::Result<OwnedFd> {
    static TAKEN: Mutex<Vec<RawFd>> = Mutex::new(Vec::new());
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let was_open = usize::try_from(number).is_ok_and(|n| n > 2 && start::was_open(n));
    if !was_open || taken.contains(&number) {
        return Err(Errno::BADF.into());
    }
    // SAFETY: the number was open before anything here opened descriptors, so it belongs to nobody else, and the list
    // sees to it that it is given out once.
    let fd = unsafe { OwnedFd::from_raw_fd(number) };
    taken.push(number);
    rustix::io::fcntl_setfd(&fd, rustix::io::FdFlags::CLOEXEC)?;
    Ok(fd)
}

/// Opens the file or pipe behind a descriptor once more, non-blocking: the original, which other processes may share,
/// stays as it is. Needs /proc, and a file that this user may open.
pub fn reopen_nonblocking(fd: impl AsFd, ready: poll::Ready) -> io::Result<OwnedFd> {
    use rustix::fs::{CWD, Mode, OFlags};
    let access = if ready == poll::Ready::Read { OFlags::RDONLY } else { OFlags::WRONLY };
    let flags = access | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let path = proc_path(fd.as_fd());
    move_high(patiently(|| rustix::fs::openat(CWD, &path, flags, Mode::empty()))?)
}

/// Whether a descriptor that is open for writing only is no pipe's: what it leads to is not to be read by opening it once more.
pub fn is_unreadable_file(fd: impl AsFd) -> bool {
    use rustix::fs::{FileType, OFlags};
    let write_only =
        rustix::fs::fcntl_getfl(&fd).is_ok_and(|flags| flags & OFlags::ACCMODE == OFlags::WRONLY);
    let is_pipe = |stat: rustix::fs::Stat| FileType::from_raw_mode(stat.st_mode) == FileType::Fifo;
    write_only && !rustix::fs::fstat(fd).is_ok_and(is_pipe)
}

/// The path of the terminal behind a descriptor, as ttyname(3); `None` when it is no terminal.
pub fn terminal_name(fd: impl AsFd) -> Option<BString> {
    if !is_terminal(&fd) {
        return None;
    }
    let path = rustix::fs::readlinkat(rustix::fs::CWD, proc_path(fd.as_fd()), Vec::new()).ok()?;
    Some(path.into_bytes().into())
}

pub(crate) fn proc_path(fd: BorrowedFd<'_>) -> String {
    format!("/proc/self/fd/{}", fd.as_raw_fd())
}

/// Waits for the lock on a whole file, and takes it. It is the process's: its threads do not exclude each other.
pub fn lock(fd: impl AsFd) -> io::Result<()> {
    Ok(blocked::call(|| rustix::fs::fcntl_lock(&fd, FlockOperation::LockExclusive))?)
}

/// Gives back what [`lock`] took.
pub fn unlock(fd: impl AsFd) -> io::Result<()> {
    Ok(rustix::fs::fcntl_lock(fd, FlockOperation::Unlock)?)
}

/// Sets or clears O_NONBLOCK (which all holders of the same open file see).
pub fn set_nonblocking(fd: impl AsFd, on: bool) -> io::Result<()> {
    let mut flags = rustix::fs::fcntl_getfl(&fd)?;
    flags.set(rustix::fs::OFlags::NONBLOCK, on);
    Ok(rustix::fs::fcntl_setfl(&fd, flags)?)
}

/// Has every write go to the end of the file, wherever others have got to.
pub fn set_append(fd: impl AsFd) -> io::Result<()> {
    let flags = rustix::fs::fcntl_getfl(&fd)?;
    Ok(rustix::fs::fcntl_setfl(&fd, flags | rustix::fs::OFlags::APPEND)?)
}

/// True when the descriptor is a terminal.
pub fn is_terminal(fd: impl AsFd) -> bool {
    use std::io::IsTerminal;
    fd.as_fd().is_terminal()
}

/// With less room than this in bytes, [`read_some`] makes some.
pub const LEAST_ROOM: usize = 4096;

/// Reads once into `into`, appending; 0 is the end. Waits when the descriptor is non-blocking and has nothing.
pub fn read_some(fd: impl AsFd, into: &mut Vec<u8>) -> io::Result<usize> {
    if into.capacity() - into.len() < LEAST_ROOM {
        into.reserve(16 * 1024);
    }
    loop {
        match blocked::call(|| rustix::io::read(&fd, rustix::buffer::spare_capacity(into))) {
            Ok(n) => return Ok(n),
            Err(Errno::AGAIN) => {
                poll::wait_one(fd.as_fd(), poll::Ready::Read, None)?;
            }
            Err(e) => return Err(e.into()),
        }
    }
}

/// Reads one byte if there is one: `None` when a non-blocking descriptor has nothing now. The end is an error
/// (`UnexpectedEof`). What a jobserver client does.
pub fn try_read_byte(fd: impl AsFd) -> io::Result<Option<u8>> {
    let mut byte = [0u8];
    loop {
        match rustix::io::read(&fd, &mut byte) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => return Ok(Some(byte[0])),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Ok(None),
            Err(e) => return Err(e.into()),
        }
    }
}

/// Reads to the end, appending.
pub fn read_to_end(fd: impl AsFd, into: &mut Vec<u8>) -> io::Result<()> {
    while read_some(&fd, into)? > 0 {}
    Ok(())
}

/// Whether an open file or directory is this user's, and nobody else may write to it.
pub fn is_private(file: impl AsFd) -> io::Result<bool> {
    let stat = rustix::fs::fstat(file)?;
    Ok(stat.st_uid == rustix::process::geteuid().as_raw() && stat.st_mode & 0o022 == 0)
}

/// Whether an open file or directory is this user's.
pub fn is_own(file: impl AsFd) -> io::Result<bool> {
    Ok(rustix::fs::fstat(file)?.st_uid == rustix::process::geteuid().as_raw())
}

/// A terminal with the settings and the size of another one, for a program whose output is to be kept: what is written to the
/// second comes out of the first unchanged.
pub fn terminal_like(other: impl AsFd) -> io::Result<(OwnedFd, OwnedFd)> {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{OptionalActions, OutputModes, tcgetattr, tcgetwinsize, tcsetattr, tcsetwinsize};
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname(&master, Vec::new())?;
    let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::CLOEXEC;
    let slave = rustix::fs::openat(rustix::fs::CWD, name, flags, rustix::fs::Mode::empty())?;
    let mut settings = tcgetattr(&other)?;
    settings.output_modes -= OutputModes::OPOST;
    tcsetattr(&slave, OptionalActions::Now, &settings)?;
    tcsetwinsize(&slave, tcgetwinsize(&other)?)?;
    Ok((master, slave))
}

/// A file without a name, in memory.
pub fn memory_file() -> io::Result<OwnedFd> {
    Ok(rustix::fs::memfd_create(c"output", rustix::fs::MemfdFlags::CLOEXEC)?)
}

/// A file in memory from which `text` can be read.
pub fn memory_input(text: &[u8]) -> io::Result<OwnedFd> {
    let file = memory_file()?;
    write_all(&file, text)?;
    rustix::fs::seek(&file, rustix::fs::SeekFrom::Start(0))?;
    Ok(file)
}

/// All that was written to a [`memory_file`], or to another file.
pub fn read_memory_file(file: impl AsFd) -> io::Result<Vec<u8>> {
    read_at_most(file, usize::MAX)
}

/// How many bytes a regular file has; `None` for what is none.
pub fn file_size(fd: impl AsFd) -> Option<u64> {
    let stat = rustix::fs::fstat(fd).ok()?;
    let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    is_file.then(|| u64::try_from(stat.st_size).ok()).flatten()
}

/// What a regular file that is only open for writing has from the byte `start` on, up to `most` bytes; it may be one that this
/// process may not read.
pub fn read_since(fd: impl AsFd, start: u64, most: usize) -> io::Result<Vec<u8>> {
    use std::os::unix::fs::FileExt;
    let file = File::open(format!("/proc/self/fd/{}", fd.as_fd().as_raw_fd()))?;
    let size = file.metadata()?.len().saturating_sub(start);
    let mut data = vec![0; usize::try_from(size).unwrap_or(most).min(most)];
    file.read_exact_at(&mut data, start)?;
    Ok(data)
}

/// The first `most` bytes of what was written to a file, wherever its readers and writers have got to.
pub fn read_at_most(file: impl AsFd, most: usize) -> io::Result<Vec<u8>> {
    let size = rustix::fs::fstat(&file)?.st_size;
    let mut data = vec![0; usize::try_from(size).unwrap_or(0).min(most)];
    let mut done = 0;
    while let Some(rest) = data.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match rustix::io::pread(&file, rest, done as u64) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    data.truncate(done);
    Ok(data)
}

/// Takes all out of a file; what is appended afterwards is at its beginning.
pub fn empty(file: impl AsFd) -> io::Result<()> {
    Ok(rustix::fs::ftruncate(file, 0)?)
}

/// Writes all of `data`, also when the descriptor is non-blocking and full.
pub fn write_all(fd: impl AsFd, mut data: &[u8]) -> io::Result<()> {
    while !data.is_empty() {
        match blocked::call(|| rustix::io::write(&fd, data)) {
            Ok(n) => data = data.get(n..).unwrap_or_default(),
            Err(Errno::AGAIN) => {
                poll::wait_one(fd.as_fd(), poll::Ready::Write, None)?;
            }
            Err(e) => return Err(e.into()),
        }
    }
    Ok(())
}

/// Something one thread can wake others with: once woken, its descriptor is readable until [`Waker::drain`].
#[derive(Debug)]
pub struct Waker(OwnedFd);

impl Waker {
    /// A waker that is not awake.
    pub fn new() -> io::Result<Waker> {
        let fd = patiently(|| rustix::event::eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK))?;
        move_high(fd).map(Waker)
    }

    /// Wakes whoever polls the descriptor.
    pub fn wake(&self) {
        // It can only fail when the counter is full, and then it is awake already.
        let _ = rustix::io::write(&self.0, &1u64.to_ne_bytes());
    }

    /// Makes it not awake; says whether it was.
    pub fn drain(&self) -> bool {
        let mut count = [0; 8];
        rustix::io::read(&self.0, &mut count).is_ok()
    }
}

impl AsFd for Waker {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_write_to_a_non_blocking_pipe_is_written_whole() {
        let (read, write) = pipe().unwrap();
        set_nonblocking(&write, true).unwrap();
        set_nonblocking(&read, true).unwrap();
        let data: Vec<u8> = (0..1_000_000u32).map(|n| n as u8).collect();
        let sent = data.clone();
        let writer = std::thread::spawn(move || write_all(&write, &sent).unwrap());
        let mut got = Vec::new();
        read_to_end(&read, &mut got).unwrap();
        writer.join().unwrap();
        assert!(got == data);
    }

    #[test]
    fn a_wide_pipe_takes_all_at_once() {
        let (read, write) = pipe().unwrap();
        widen(&write, 1 << 20).unwrap();
        write_all(&write, &vec![b'x'; 1 << 20]).unwrap();
        assert!(widen(&write, 1 << 40).is_err());
        drop(write);
        let mut got = Vec::new();
        read_to_end(&read, &mut got).unwrap();
        assert_eq!(got.len(), 1 << 20);
    }

    #[test]
    fn a_reopened_pipe_does_not_block_and_leaves_the_original_blocking() {
        let (read, write) = pipe().unwrap();
        let mine = reopen_nonblocking(&read, poll::Ready::Read).unwrap();
        assert_eq!(try_read_byte(&mine).unwrap(), None);
        write_all(&write, b"+").unwrap();
        assert_eq!(try_read_byte(&mine).unwrap(), Some(b'+'));
        assert!(!rustix::fs::fcntl_getfl(&read).unwrap().contains(rustix::fs::OFlags::NONBLOCK));
        drop(write);
        assert_eq!(try_read_byte(&mine).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn descriptors_that_were_not_open_at_the_start_are_not_given_out() {
        let (read, _write) = pipe().unwrap();
        let high = duplicate(&read).unwrap();
        for number in [-1, 0, 1, 2, high.as_raw_fd(), 100_000] {
            assert_eq!(take_inherited(number).unwrap_err().raw_os_error(), Some(libc::EBADF), "{number}");
        }
    }

    #[test]
    fn a_pipe_is_no_terminal_and_a_file_can_be_locked() {
        assert_eq!(terminal_name(pipe().unwrap().0), None);
        let file = tempfile::tempfile().unwrap();
        lock(&file).unwrap();
        unlock(&file).unwrap();
    }

    #[test]
    fn an_empty_input_ends_at_once() {
        let mut got = Vec::new();
        assert_eq!(read_some(empty_input().unwrap(), &mut got).unwrap(), 0);
    }

    #[test]
    fn a_waker_is_readable_from_wake_to_drain() {
        use std::time::Duration;
        let waker = Waker::new().unwrap();
        let ready = || poll::wait_one(waker.as_fd(), poll::Ready::Read, Some(Duration::ZERO)).unwrap();
        assert!(!ready());
        waker.wake();
        waker.wake();
        assert!(ready());
        assert!(waker.drain());
        assert!(!waker.drain());
        assert!(!ready());
    }
}
