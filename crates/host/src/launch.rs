//! The start of a program, from the clone to the exec.
//!
//! It is what posix_spawn does: the child runs on this process's memory, and the thread that started it stands still
//! until it has executed the program (where a library is preloaded, which may lock and allocate in any function of the C library,
//! it gets a memory of its own instead). Two things posix_spawn can't do are done in between: the child gets back the limits
//! this process began with, and the descriptor that tells of its end is made together with it, so that a
//! program never runs which nobody can wait for.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, WaitOptions, pidfd_open, waitpid};

use crate::{fd, limits, preload, signals, start};

/// How much stack the child has before its exec, which calls few functions.
const STACK: usize = 32 * 1024;

/// What the child does before it executes the program.
pub(crate) struct Launch<'a> {
    pub program: &'a CStr,
    /// The arguments and the environment: tables of C strings that a null pointer ends.
    pub argv: &'a [*mut c_char],
    pub envp: &'a [*mut c_char],
    /// The descriptor of its directory.
    pub dir: RawFd,
    /// Files it opens itself, from its directory, and with which flags.
    pub files: &'a [(&'a CStr, c_int)],
    /// What become its descriptors 0, 1 and 2.
    pub streams: [Source; 3],
    /// Stay open.
    pub inherit: &'a [RawFd],
}

/// What becomes one of the child's standard streams.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    Closed,
    Fd(RawFd),
    /// One of the files it opens.
    File(usize),
}

/// How many files a child can open.
pub(crate) const MOST_FILES: usize = 4;

/// What the child sees of the parent's memory.
struct Shared<'a> {
    launch: &'a Launch<'a>,
    mask: libc::sigset_t,
    limits: [(limits::Kind, Option<libc::rlimit>); 2],
    /// Why there is no program, as the child says.
    error: c_int,
}

/// Memory for the child's stack: inside the parent's own, which is not used meanwhile.
#[repr(align(64))]
pub(crate) struct ChildStack(MaybeUninit<[u8; STACK]>);

impl ChildStack {
    pub(crate) fn new() -> ChildStack {
        ChildStack(MaybeUninit::uninit())
    }

    /// Where it begins: it grows down.
    pub(crate) fn top(&mut self) -> *mut c_void {
        // SAFETY: one past the end of an object may be pointed to.
        unsafe { self.0.as_mut_ptr().add(1).cast() }
    }
}

impl Launch<'_> {
    /// Starts the program. The descriptor becomes readable when it ends; there is none where the system has no such
    /// descriptors. An error of the exec comes back as an error.
    pub(crate) fn start(&self) -> io::Result<(Pid, Option<OwnedFd>)> {
        let mut shared =
            Shared { launch: self, mask: start::signal_mask(), limits: limits::of_children(), error: 0 };
        let mut all = MaybeUninit::uninit();
        let mut before = MaybeUninit::uninit();
        // SAFETY: sigfillset fills in the set; pthread_sigmask reads the one set and fills in the other.
        unsafe {
            libc::sigfillset(all.as_mut_ptr());
            libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
        }
        let started =
            if preload::may_mind_files() { fork_child(&mut shared) } else { clone_child(&mut shared) };
        // SAFETY: the set was filled in above.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut()) };
        let (pid, pidfd) = started?;
        if shared.error != 0 {
            while matches!(waitpid(Some(pid), WaitOptions::empty()), Err(Errno::INTR)) {}
            return Err(io::Error::from_raw_os_error(shared.error));
        }
        Ok((pid, pidfd))
    }
}

fn clone_child(shared: &mut Shared<'_>) -> io::Result<(Pid, Option<OwnedFd>)> {
    const FLAGS: c_int = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    let mut stack = ChildStack::new();
    let mut pidfd: c_int = -1;
    let at: *mut c_int = &mut pidfd;
    let shared: *mut c_void = std::ptr::from_mut(shared).cast();
    // SAFETY: the stack is this function's, aligned, and grows down from its end; `shared` and `at` point to objects that
    // live until the clone returns, which is after the child has executed its program or ended. The child calls nothing but
    // system calls.
    let pid = unsafe {
        let top = stack.top();
        let mut pid = libc::clone(child, top, FLAGS | libc::CLONE_PIDFD, shared, at);
        if pid == -1 && *libc::__errno_location() == libc::EINVAL {
            pid = libc::clone(child, top, FLAGS, shared);
        }
        pid
    };
    if pid == -1 {
        return Err(io::Error::last_os_error());
    }
    // A kernel that knows no such descriptors leaves the number alone.
    // SAFETY: the kernel made this descriptor for us, and nobody else knows of it.
    let pidfd = (pidfd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(pidfd) });
    let pid = Pid::from_raw(pid).ok_or(Errno::CHILD)?;
    Ok((pid, pidfd))
}

/// Starts the child as a copy of this process, which says through a pipe what went wrong.
fn fork_child(shared: &mut Shared<'_>) -> io::Result<(Pid, Option<OwnedFd>)> {
    let (answer, write) = fd::pipe()?;
    // The child's own streams are put over 0, 1 and 2.
    let write = if write.as_raw_fd() < 3 { fd::duplicate(&write)? } else { write };
    // SAFETY: the child calls what `become_program` does, and writes and ends; what other threads do has no part in that. The C
    // library and those in front of it put their own memory in order when they fork.
    let pid = match unsafe { libc::fork() } {
        -1 => return Err(io::Error::last_os_error()),
        // SAFETY: this is the child, which has one thread and is told to end.
        0 => unsafe {
            let error = become_program(shared).to_ne_bytes();
            libc::write(write.as_raw_fd(), error.as_ptr().cast(), error.len());
            libc::_exit(127)
        },
        pid => Pid::from_raw(pid).ok_or(Errno::CHILD)?,
    };
    drop(write);
    let mut error = Vec::new();
    while fd::read_some(&answer, &mut error)? > 0 {}
    // An end without a word: it became the program, or was killed, as the program could be.
    shared.error = error.try_into().map_or(0, c_int::from_ne_bytes);
    Ok((pid, pidfd_open(pid, PidfdFlags::empty()).ok()))
}

/// Whether the calling process is in the directory already; leaves errno as it is then not.
///
/// # Safety
/// As for [`become_program`].
unsafe fn is_in(dir: RawFd) -> bool {
    let mut here = MaybeUninit::<libc::stat>::zeroed();
    let mut there = MaybeUninit::<libc::stat>::zeroed();
    // SAFETY: the calls fill in what they are given; all zeros is a valid value of it.
    unsafe {
        let errno = *libc::__errno_location();
        let flags = libc::AT_EMPTY_PATH;
        let known = libc::fstatat(libc::AT_FDCWD, c"".as_ptr(), here.as_mut_ptr(), flags) == 0
            && libc::fstatat(dir, c"".as_ptr(), there.as_mut_ptr(), flags) == 0;
        *libc::__errno_location() = errno;
        let (here, there) = (&*here.as_ptr(), &*there.as_ptr());
        known && (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)
    }
}

/// The child's whole life before the exec.
extern "C" fn child(shared: *mut c_void) -> c_int {
    // SAFETY: it is the pointer the parent gave, which stands still and touches nothing meanwhile.
    let shared = unsafe { &mut *shared.cast::<Shared<'_>>() };
    // SAFETY: only system calls follow, on memory the parent keeps.
    unsafe {
        shared.error = become_program(shared);
        libc::_exit(127)
    }
}

/// Gives the number of the error that was in the way.
///
/// # Safety
/// For a child that shares its parent's memory: only system calls, and nothing that allocates or locks.
unsafe fn become_program(shared: &Shared<'_>) -> c_int {
    let launch = shared.launch;
    // SAFETY: errno's address is always good. The calls take numbers and pointers to what the parent keeps.
    unsafe {
        let errno = || *libc::__errno_location();
        // A handler must not run here: it would write to the parent's memory.
        let mut default = MaybeUninit::<libc::sigaction>::zeroed();
        (*default.as_mut_ptr()).sa_sigaction = libc::SIG_DFL;
        for signal in signals::HANDLED {
            let mut now = MaybeUninit::<libc::sigaction>::zeroed();
            libc::sigaction(signal, std::ptr::null(), now.as_mut_ptr());
            if (*now.as_ptr()).sa_sigaction != libc::SIG_IGN {
                libc::sigaction(signal, default.as_ptr(), std::ptr::null_mut());
            }
        }
        // Rust ignores it, which a program would inherit.
        if !start::ignored(libc::SIGPIPE) {
            libc::sigaction(libc::SIGPIPE, default.as_ptr(), std::ptr::null_mut());
        }
        // Who is in a directory stays in it when it may not be searched any more.
        if libc::fchdir(launch.dir) == -1 && !is_in(launch.dir) {
            return errno();
        }
        // From here on it goes on without the parent, who may be killed: no file is emptied that nobody will fill.
        let mut opened = [-1; MOST_FILES];
        for ((path, flags), fd) in launch.files.iter().zip(&mut opened) {
            *fd = libc::open(path.as_ptr(), *flags | libc::O_CLOEXEC, 0o666);
            if *fd == -1 {
                return errno();
            }
        }
        // A source that is itself 0, 1 or 2 could be overwritten before it is used: it goes through a duplicate.
        let mut streams = launch.streams.map(|source| match source {
            Source::Closed => None,
            Source::Fd(fd) => Some(fd),
            Source::File(at) => opened.get(at).copied(),
        });
        for (to, from) in (0..).zip(&mut streams) {
            if let Some(fd) = from
                && *fd < 3
                && *fd != to
            {
                *fd = libc::fcntl(*fd, libc::F_DUPFD_CLOEXEC, 3);
                if *fd == -1 {
                    return errno();
                }
            }
        }
        for (to, from) in (0..).zip(streams) {
            let done = match from {
                None => {
                    libc::close(to);
                    0
                }
                Some(fd) if fd == to => libc::fcntl(fd, libc::F_SETFD, 0),
                Some(fd) => libc::dup2(fd, to),
            };
            if done == -1 {
                return errno();
            }
        }
        for fd in launch.inherit {
            if libc::fcntl(*fd, libc::F_SETFD, 0) == -1 {
                return errno();
            }
        }
        for (kind, limit) in &shared.limits {
            if let Some(limit) = limit
                && libc::setrlimit(*kind, limit) == -1
            {
                return errno();
            }
        }
        libc::sigprocmask(libc::SIG_SETMASK, &shared.mask, std::ptr::null_mut());
        libc::execve(launch.program.as_ptr(), launch.argv.as_ptr().cast(), launch.envp.as_ptr().cast());
        errno()
    }
}
