//! Writing to files apart from this process: once a file has been emptied, what is written to it arrives, also when this
//! process is killed meanwhile.
//!
//! Under GNU make it is a shell, or a program, that writes a target, and goes on when make is killed. So here the files are
//! opened and written by a child that shares this process's memory, descriptors and directories, runs no program, and is no
//! thread of ours: what kills this process leaves it alone. The thread that started it stands still until it has ended.

use std::ffi::{CStr, CString, c_int, c_void};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, RawFd};

use rustix::fs::OFlags;

use crate::env::c_text;
use crate::launch::{ChildStack, MOST_FILES};
use crate::{Dir, Host, OpenMode};

/// What the child is to do, and what came of it.
struct Task<'a> {
    dir: RawFd,
    files: &'a [(CString, c_int)],
    /// The permissions of those that are made, less the umask.
    mode: libc::mode_t,
    /// The file that is written to.
    at: usize,
    data: &'a [u8],
    /// Whether all files were opened.
    opened: bool,
    /// The error that was in the way, or 0.
    error: c_int,
}

/// Why nothing, or not all, was written.
#[derive(Debug)]
pub enum Failed {
    /// A file could not be opened; those before it were.
    Open(io::Error),
    /// All were opened.
    Write(io::Error),
}

impl Host {
    /// Opens files in order, as those of [`crate::Openings`], and writes `data` to the one at `at`. `mode` is for those that
    /// are made. They should be plain files, or missing: nothing but a kill ends the wait for others.
    pub fn write_apart(
        &self,
        dir: &Dir,
        files: &[(&[u8], Option<OpenMode>)],
        mode: u32,
        at: usize,
        data: &[u8],
    ) -> Result<(), Failed> {
        let names: Vec<(CString, c_int)> = files
            .iter()
            .take(MOST_FILES)
            .map(|(name, how)| {
                let flags = how.map_or(OFlags::RDONLY, OpenMode::flags) | OFlags::CLOEXEC;
                (c_text(name.to_vec()), flags.bits().cast_signed())
            })
            .collect();
        let dir_fd = dir.as_fd().as_raw_fd();
        let mut task = Task { dir: dir_fd, files: &names, mode, at, data, opened: false, error: 0 };
        if !run_in_child(&mut task) {
            // There can be no more processes: it is done in this one.
            // SAFETY: as in a child; the calls are good in any thread.
            unsafe { work(&mut task) };
        }
        for (name, how) in files {
            if let Some(how) = how {
                self.note_opened(dir, name, *how, task.error == 0);
            }
        }
        match (task.error, task.opened) {
            (0, _) => Ok(()),
            (error, false) => Err(Failed::Open(io::Error::from_raw_os_error(error))),
            (error, true) => Err(Failed::Write(io::Error::from_raw_os_error(error))),
        }
    }
}

/// False: there is no child, and nothing was done.
fn run_in_child(task: &mut Task<'_>) -> bool {
    // Without a signal at its end, nobody but who asks for it by its number hears of it.
    const FLAGS: c_int =
        libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_FILES | libc::CLONE_FS | libc::CLONE_SIGHAND;
    let mut stack = ChildStack::new();
    let task: *mut c_void = std::ptr::from_mut(task).cast();
    let mut all = MaybeUninit::uninit();
    let mut before = MaybeUninit::uninit();
    // SAFETY: the sets are filled in before they are read. The stack is this function's and what the task points to is the
    // caller's; both live until the child has ended. The child only makes system calls, on memory that is there as long as it is,
    // and handles no signal: all are blocked. No child is waited for but by its number.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
        let pid = libc::clone(child, stack.top(), FLAGS, task);
        if pid != -1 {
            while libc::waitpid(pid, std::ptr::null_mut(), libc::__WALL) == -1
                && *libc::__errno_location() == libc::EINTR
            {}
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut());
        pid != -1
    }
}

extern "C" fn child(task: *mut c_void) -> c_int {
    // SAFETY: it is the pointer the parent gave, which stands still and touches nothing meanwhile.
    unsafe {
        work(&mut *task.cast::<Task<'_>>());
        libc::_exit(0)
    }
}

/// Opens, writes and closes.
///
/// # Safety
/// May run in a child that shares its parent's memory: only system calls, and nothing that allocates or locks.
unsafe fn work(task: &mut Task<'_>) {
    let mut opened = [-1; MOST_FILES];
    for ((name, flags), fd) in task.files.iter().zip(&mut opened) {
        *fd = open(task.dir, name, *flags, task.mode, &mut task.error);
        if *fd == -1 {
            break;
        }
    }
    task.opened = task.error == 0;
    if task.opened {
        let fd = opened.get(task.at).copied().unwrap_or(-1);
        let mut rest = task.data;
        while !rest.is_empty() {
            // SAFETY: the slice is as long as it says.
            let written = unsafe { libc::write(fd, rest.as_ptr().cast(), rest.len()) };
            match usize::try_from(written) {
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(_) => {
                    let error = errno();
                    if error != libc::EINTR {
                        task.error = error;
                        break;
                    }
                }
            }
        }
    }
    for fd in opened {
        if fd != -1 {
            // SAFETY: it was opened above, and nobody else knows of it.
            unsafe { libc::close(fd) };
        }
    }
}

fn open(dir: RawFd, name: &CStr, flags: c_int, mode: libc::mode_t, error: &mut c_int) -> RawFd {
    loop {
        // SAFETY: the name is a C string.
        let fd = unsafe { libc::openat(dir, name.as_ptr(), flags, mode) };
        if fd != -1 {
            return fd;
        }
        let why = errno();
        if why != libc::EINTR {
            *error = why;
            return -1;
        }
    }
}

fn errno() -> c_int {
    // SAFETY: errno's address is always good.
    unsafe { *libc::__errno_location() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::tests::scratch;

    #[test]
    fn files_are_opened_in_order_and_one_is_written() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        host.write(&dir, b"a", b"what was there before", false).unwrap();
        let large = vec![b'x'; 300_000];
        let before = host.epoch();
        let both: [(&[u8], _); 2] = [(b"b", Some(OpenMode::Truncate)), (b"a", Some(OpenMode::Truncate))];
        host.write_apart(&dir, &both, 0o666, 1, &large).unwrap();
        assert!(host.epoch() > before);
        assert_eq!(host.read(&dir, b"b").unwrap(), b"");
        assert_eq!(host.read(&dir, b"a").unwrap(), large);
        host.write_apart(&dir, &[(b"a", Some(OpenMode::Append))], 0o666, 0, b"y").unwrap();
        assert_eq!(host.read(&dir, b"a").unwrap().len(), 300_001);
        let bad: [(&[u8], _); 2] = [(b"c", Some(OpenMode::Truncate)), (b"none/d", Some(OpenMode::Truncate))];
        let Err(Failed::Open(error)) = host.write_apart(&dir, &bad, 0o666, 0, b"z") else {
            panic!("it was opened")
        };
        assert_eq!(error.raw_os_error(), Some(libc::ENOENT));
        assert_eq!(host.read(&dir, b"c").unwrap(), b"");
        let full = host.write_apart(&dir, &[(b"/dev/full", Some(OpenMode::Truncate))], 0o666, 0, b"z");
        let Err(Failed::Write(error)) = full else { panic!("it was written") };
        assert_eq!(error.raw_os_error(), Some(libc::ENOSPC));
    }

    #[test]
    fn many_threads_write_at_once() {
        let (_keep, dir) = scratch();
        let host = Host::new();
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (host, dir) = (&host, &dir);
                scope.spawn(move || {
                    for n in 0..50 {
                        let name = format!("f{thread}.{n}");
                        let files: [(&[u8], _); 1] = [(name.as_bytes(), Some(OpenMode::Truncate))];
                        host.write_apart(dir, &files, 0o666, 0, name.as_bytes()).unwrap();
                        assert_eq!(host.read(dir, name.as_bytes()).unwrap(), name.as_bytes());
                    }
                });
            }
        });
    }
}
