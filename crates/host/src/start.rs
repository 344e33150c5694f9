//! How this process was started, seen before Rust's runtime changes it.
//!
//! Before `main`, the runtime ignores SIGPIPE and opens /dev/null in the place of closed standard streams. Children must
//! get the SIGPIPE we got, and a closed stdout must be found to be closed, so both are looked at earlier.

use std::mem::MaybeUninit;
use std::sync::OnceLock;

struct Start {
    mask: libc::sigset_t,
    /// A bit for each signal that was ignored.
    ignored: u64,
    /// Whether descriptors 0, 1 and 2 were closed.
    closed: [bool; 3],
}

static START: OnceLock<Start> = OnceLock::new();

extern "C" fn record() {
    START.get_or_init(look);
}

// SAFETY: the loader calls the functions of .init_array once, before main, with arguments that `record` may leave alone.
// `record` only makes system calls and does not rely on the runtime's having started.
#[used]
#[unsafe(link_section = ".init_array")]
static AT_START: extern "C" fn() = record;

fn look() -> Start {
    let mut mask = MaybeUninit::zeroed();
    // SAFETY: with a null new mask the call only fills in the old one; all zeros is a valid, empty set.
    let mask = unsafe {
        libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), mask.as_mut_ptr());
        mask.assume_init()
    };
    let is_ignored = |signal: i32| {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: with a null new action the call only fills in the old one; all zeros is a valid action.
        unsafe {
            libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) == 0
                && action.assume_init().sa_sigaction == libc::SIG_IGN
        }
    };
    let ignored = (1..32).filter(|s| is_ignored(*s)).fold(0, |set, s| set | 1 << s);
    // SAFETY: F_GETFD takes a number and only says whether it is an open descriptor.
    let closed = [0, 1, 2].map(|fd| unsafe { libc::fcntl(fd, libc::F_GETFD) } == -1);
    Start { mask, ignored, closed }
}

fn start() -> &'static Start {
    START.get_or_init(look)
}

/// The signal mask the process began with.
pub(crate) fn signal_mask() -> libc::sigset_t {
    start().mask
}

/// True when `signal` was ignored at the start.
pub(crate) fn ignored(signal: i32) -> bool {
    (1..32).contains(&signal) && start().ignored & 1 << signal != 0
}

/// True when the standard descriptor `fd` was closed at the start.
pub(crate) fn closed(fd: usize) -> bool {
    start().closed.get(fd) == Some(&true)
}
