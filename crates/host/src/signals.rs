//! Signals that end a make: caught once for the process, and seen by every session through one descriptor.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

use rustix::process::Pid;

use crate::fd::Waker;
use crate::start;

/// The signals that end a make, after it has ended its children and removed half-made targets.
pub const FATAL: [i32; 6] =
    [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGXCPU, libc::SIGXFSZ];

/// The signals this process may have handlers for: those of [`install`] and [`catch_stop`], and those Rust's runtime looks for the end of a stack
/// with.
pub(crate) const HANDLED: [i32; 10] = [
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGTERM,
    libc::SIGXCPU,
    libc::SIGXFSZ,
    libc::SIGUSR1,
    libc::SIGTSTP,
    libc::SIGSEGV,
    libc::SIGBUS,
];

/// The first fatal signal that came, or 0.
static PENDING: AtomicI32 = AtomicI32::new(0);
/// How many fatal signals came.
static ARRIVED: AtomicU32 = AtomicU32::new(0);
/// How often SIGUSR1 came.
static TOGGLED: AtomicU32 = AtomicU32::new(0);
/// The waker's descriptor, for the handler; -1 before there is one.
static WAKER_FD: AtomicI32 = AtomicI32::new(-1);
static WAKER: OnceLock<Waker> = OnceLock::new();
/// The same for the signal that stops a job of the shell.
static STOP_FD: AtomicI32 = AtomicI32::new(-1);
static STOP: OnceLock<Waker> = OnceLock::new();

extern "C" fn on_fatal(signal: i32) {
    let _ = PENDING.compare_exchange(0, signal, Ordering::SeqCst, Ordering::SeqCst);
    ARRIVED.fetch_add(1, Ordering::SeqCst);
    let one = 1u64.to_ne_bytes();
    // SAFETY: errno's address is always good; write is safe in a handler, and errno is given back as it was.
    unsafe {
        let errno = *libc::__errno_location();
        libc::write(WAKER_FD.load(Ordering::SeqCst), one.as_ptr().cast(), one.len());
        *libc::__errno_location() = errno;
    }
}

/// The system sends SIGXFSZ to the thread whose write would make a file larger than it may be, and lets the write fail:
/// that is the business of whoever wrote, which may be one in-process command of many. One that somebody else sent ends us.
extern "C" fn on_file_size(signal: i32, info: *mut libc::siginfo_t, _context: *mut libc::c_void) {
    // SAFETY: the system gives a handler set with SA_SIGINFO a good pointer; the fields are there for SI_USER.
    let own = unsafe { (*info).si_code == libc::SI_USER && (*info).si_pid() == libc::getpid() };
    if !own {
        on_fatal(signal);
    }
}

/// What only interrupts a system call. Nobody sends SIGURG unasked but for sockets' urgent data, and by default it does nothing.
const INTERRUPTING: i32 = libc::SIGURG;

extern "C" fn on_interrupting(_signal: i32) {}

/// Interrupts the system call that a thread of this process is in.
pub(crate) fn interrupt(thread: Pid) {
    let (process, thread) = (rustix::process::getpid().as_raw_nonzero(), thread.as_raw_nonzero());
    // SAFETY: tgkill takes three numbers; the signal has a handler that does nothing.
    unsafe { libc::syscall(libc::SYS_tgkill, process.get(), thread.get(), INTERRUPTING) };
}

extern "C" fn on_stop(_signal: i32) {
    let one = 1u64.to_ne_bytes();
    // SAFETY: errno's address is always good; write is safe in a handler, and errno is given back as it was.
    unsafe {
        let errno = *libc::__errno_location();
        libc::write(STOP_FD.load(Ordering::SeqCst), one.as_ptr().cast(), one.len());
        *libc::__errno_location() = errno;
    }
}

/// Catches Ctrl-Z from now on, unless it is ignored: what comes is told by the waker, and whoever drains it is to call [`stop`]
/// when the terminal is tidy.
pub fn catch_stop() -> io::Result<&'static Waker> {
    let made = Waker::new()?;
    let waker = STOP.get_or_init(|| made);
    STOP_FD.store(waker.as_fd().as_raw_fd(), Ordering::SeqCst);
    if !start::ignored(libc::SIGTSTP) {
        set_action(libc::SIGTSTP, on_stop as *const () as libc::sighandler_t, libc::SA_RESTART)?;
    }
    Ok(waker)
}

/// Stops this process, until it is continued.
pub fn stop() {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP);
}

/// Ctrl-Z stops this process at once again.
pub fn release_stop() {
    if !start::ignored(libc::SIGTSTP) {
        // It can only fail for a signal that does not exist.
        let _ = set_action(libc::SIGTSTP, libc::SIG_DFL, 0);
    }
}

extern "C" fn on_toggle(_signal: i32) {
    TOGGLED.fetch_add(1, Ordering::SeqCst);
}

/// Catches the fatal signals from now on, but for those that were ignored when the process started (`nohup make`), and
/// SIGUSR1. Doing it again changes nothing.
pub fn install() -> io::Result<()> {
    if WAKER.get().is_some() {
        return Ok(());
    }
    let made = Waker::new()?;
    let waker = WAKER.get_or_init(|| made);
    WAKER_FD.store(waker.as_fd().as_raw_fd(), Ordering::SeqCst);
    for signal in FATAL {
        if !start::ignored(signal) {
            match signal {
                libc::SIGXFSZ => {
                    let handler = on_file_size as *const () as libc::sighandler_t;
                    set_action(signal, handler, libc::SA_RESTART | libc::SA_SIGINFO)?;
                }
                _ => set_action(signal, on_fatal as *const () as libc::sighandler_t, libc::SA_RESTART)?,
            }
        }
    }
    set_action(INTERRUPTING, on_interrupting as *const () as libc::sighandler_t, 0)?;
    set_action(libc::SIGUSR1, on_toggle as *const () as libc::sighandler_t, libc::SA_RESTART)
}

fn set_action(signal: i32, handler: libc::sighandler_t, flags: i32) -> io::Result<()> {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: all zeros is a valid action with an empty mask; the handler is SIG_DFL or a function that does only what
    // is safe in a handler, with the arguments that the flags bring.
    let result = unsafe {
        (*action.as_mut_ptr()).sa_sigaction = handler;
        (*action.as_mut_ptr()).sa_flags = flags;
        libc::sigaction(signal, action.as_ptr(), std::ptr::null_mut())
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Makes sure that ended children can be waited for, also when the process that started us ignored SIGCHLD.
pub(crate) fn expect_children() {
    if start::ignored(libc::SIGCHLD) {
        // It can only fail for a signal that does not exist.
        let _ = set_action(libc::SIGCHLD, libc::SIG_DFL, 0);
    }
}

/// Makes sure that [`pending`] tells of every fatal signal that was sent to this process before this call. The kernel
/// leaves a signal to one thread, and others can see what it did elsewhere (a command that caught it and exited) before
/// that thread has run: a signal that waits for the process is delivered to a thread that unblocks it.
pub fn catch_up() {
    let mut set = MaybeUninit::uninit();
    let mut before = MaybeUninit::uninit();
    // SAFETY: sigemptyset initialises the set, the first pthread_sigmask `before` unless it fails, and then nothing is
    // blocked that would have to be given back.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in FATAL {
            libc::sigaddset(set.as_mut_ptr(), signal);
        }
        if libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), before.as_mut_ptr()) == 0 {
            libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut());
        }
    }
}

/// No signal but those that nobody can keep off reaches this process any more, and no terminal either.
pub(crate) fn keep_off() {
    let mut all = MaybeUninit::uninit();
    // SAFETY: sigfillset fills in the set, and pthread_sigmask reads it.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), std::ptr::null_mut());
    }
    // It fails where the process leads a group, which one that was just started does not.
    let _ = rustix::process::setsid();
}

/// The first fatal signal that came, if any did.
#[inline]
pub fn pending() -> Option<i32> {
    match PENDING.load(Ordering::SeqCst) {
        0 => None,
        signal => Some(signal),
    }
}

/// How many fatal signals came; an impatient user sends more than one.
pub fn arrived() -> u32 {
    ARRIVED.load(Ordering::SeqCst)
}

/// How often SIGUSR1 came: make turns its debug output on and off with it.
pub fn toggled() -> u32 {
    TOGGLED.load(Ordering::SeqCst)
}

/// A descriptor that polls readable from the first fatal signal on; `None` before [`install`].
pub fn fd() -> Option<BorrowedFd<'static>> {
    WAKER.get().map(|waker| waker.as_fd())
}

/// True when SIGPIPE was ignored when the process started. Where it was not, a make whose stdout is a pipe nobody reads
/// dies of it. Rust ignores it, so a session sees EPIPE, and can [`die_of`] SIGPIPE itself.
pub fn pipe_was_ignored() -> bool {
    start::ignored(libc::SIGPIPE)
}

/// Keeps signals from the thread that asks: they go to others. Not the one that tells of children, which nobody waits for:
/// the kernel drops it where the thread whose child it is does not block it. Blocked, each stop of a program under watch
/// would wake another thread for nothing.
pub(crate) fn block_all() {
    let mut set = MaybeUninit::uninit();
    // SAFETY: sigfillset initialises the set; pthread_sigmask changes only this thread's mask.
    unsafe {
        libc::sigfillset(set.as_mut_ptr());
        libc::sigdelset(set.as_mut_ptr(), libc::SIGCHLD);
        libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), std::ptr::null_mut());
    }
}

/// True when SIGXFSZ was ignored when the process started, so that files that get too large are only an error.
pub fn file_size_was_ignored() -> bool {
    start::ignored(libc::SIGXFSZ)
}

/// Ends the process by `signal`, so that whoever waits for it sees that.
pub fn die_of(signal: i32) -> ! {
    let _ = set_action(signal, libc::SIG_DFL, 0);
    let mut set = MaybeUninit::uninit();
    // SAFETY: sigemptyset initialises the set; raise and pthread_sigmask change nothing of ours.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, set.as_ptr(), std::ptr::null_mut());
        libc::raise(signal);
    }
    // It is a signal that ends nobody.
    std::process::exit(128 + signal)
}

const TABLE: [(&str, &str); 31] = [
    ("HUP", "Hangup"),
    ("INT", "Interrupt"),
    ("QUIT", "Quit"),
    ("ILL", "Illegal instruction"),
    ("TRAP", "Trace/breakpoint trap"),
    ("ABRT", "Aborted"),
    ("BUS", "Bus error"),
    ("FPE", "Floating point exception"),
    ("KILL", "Killed"),
    ("USR1", "User defined signal 1"),
    ("SEGV", "Segmentation fault"),
    ("USR2", "User defined signal 2"),
    ("PIPE", "Broken pipe"),
    ("ALRM", "Alarm clock"),
    ("TERM", "Terminated"),
    ("STKFLT", "Stack fault"),
    ("CHLD", "Child exited"),
    ("CONT", "Continued"),
    ("STOP", "Stopped (signal)"),
    ("TSTP", "Stopped"),
    ("TTIN", "Stopped (tty input)"),
    ("TTOU", "Stopped (tty output)"),
    ("URG", "Urgent I/O condition"),
    ("XCPU", "CPU time limit exceeded"),
    ("XFSZ", "File size limit exceeded"),
    ("VTALRM", "Virtual timer expired"),
    ("PROF", "Profiling timer expired"),
    ("WINCH", "Window changed"),
    ("IO", "I/O possible"),
    ("PWR", "Power failure"),
    ("SYS", "Bad system call"),
];

/// A signal's name without `SIG`, as `kill -l` shows it; `None` for a number that is none of the standard signals.
pub fn name(signal: i32) -> Option<&'static str> {
    entry(signal).map(|(name, _)| *name)
}

/// What the C library says of a signal, as make prints it: "Terminated", "Segmentation fault".
pub fn description(signal: i32) -> String {
    match entry(signal) {
        Some((_, text)) => (*text).to_owned(),
        None if (libc::SIGRTMIN()..=libc::SIGRTMAX()).contains(&signal) => {
            format!("Real-time signal {}", signal - libc::SIGRTMIN())
        }
        None => format!("Unknown signal {signal}"),
    }
}

fn entry(signal: i32) -> Option<&'static (&'static str, &'static str)> {
    TABLE.get(usize::try_from(signal).ok()?.checked_sub(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_blocks_signals_lets_the_kernel_drop_those_of_children() {
        let status = std::thread::spawn(|| {
            block_all();
            std::fs::read_to_string("/proc/thread-self/status")
        });
        let status = status.join().unwrap().unwrap();
        let blocked = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).unwrap();
        let blocked = u64::from_str_radix(blocked.trim(), 16).unwrap();
        let is_blocked = |signal: i32| blocked & (1 << (signal - 1)) != 0;
        assert!(is_blocked(libc::SIGTERM) && is_blocked(libc::SIGINT));
        assert!(!is_blocked(libc::SIGCHLD));
    }

    #[test]
    fn descriptions_are_those_of_the_c_library() {
        for signal in (1..=31).chain([0, 32, 34, 64, 65, -1]) {
            // SAFETY: this is the only thread that calls strsignal.
            let want = unsafe { std::ffi::CStr::from_ptr(libc::strsignal(signal)) };
            assert_eq!(description(signal), want.to_string_lossy(), "{signal}");
        }
        assert_eq!(name(libc::SIGTERM), Some("TERM"));
        assert_eq!(name(0), None);
    }

    #[test]
    fn a_caught_signal_is_pending_and_wakes_those_who_poll() {
        use crate::poll;
        use std::time::Duration;
        install().unwrap();
        install().unwrap();
        let ready = || poll::wait_one(fd().unwrap(), poll::Ready::Read, Some(Duration::ZERO)).unwrap();
        assert!(!ready() && pending().is_none());
        // SAFETY: raise takes a number; the signal has a handler.
        unsafe { libc::raise(libc::SIGUSR1) };
        assert_eq!((toggled(), pending()), (1, None));
        // SAFETY: as above.
        unsafe { libc::raise(libc::SIGXCPU) };
        // SAFETY: as above.
        unsafe { libc::raise(libc::SIGXFSZ) };
        assert_eq!((pending(), arrived()), (Some(libc::SIGXCPU), 2));
        assert!(ready());
    }
}
