//! How this process was started, seen before Rust's runtime changes it.
//!
//! Before `main`, the runtime ignores SIGPIPE and opens /dev/null in the place of closed standard streams. Children must
//! get the SIGPIPE we got, and a closed stdout must be found to be closed, so both are looked at earlier. So are the
//! other descriptors: a jobserver's that we are told the number of may be closed, and the number soon be one of ours. And
//! the umask, which can't be asked for safely once there are threads.

use std::mem::MaybeUninit;
use std::sync::OnceLock;

/// How many descriptors are looked at: 0 up to this.
pub(crate) const FDS: usize = 256;

struct Start {
    mask: libc::sigset_t,
    /// A bit for each signal that was ignored.
    ignored: u64,
    /// A bit for each descriptor that was open.
    open: [u64; FDS / 64],
    umask: u32,
}

static START: OnceLock<Start> = OnceLock::new();

extern "C" fn record() {
    let start = START.get_or_init(look);
    for fd in 0..3 {
        if !start.was_open(fd) {
            occupy();
        }
    }
}

/// Opens a directory under the lowest free number, which is that of a standard stream. It can be neither read nor written,
/// so the stream still is as if it were closed. The runtime would put /dev/null there, and end the process where there is
/// none.
fn occupy() {
    // SAFETY: the path is a C string. Where the call fails, the number stays free, as it was.
    unsafe { libc::open(c"/".as_ptr(), libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC) };
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
    Start { mask, ignored, open: look_at_descriptors(), umask: look_at_umask() }
}

/// The umask can only be seen by setting it, but for /proc, which may not be there. Nothing else runs yet.
fn look_at_umask() -> u32 {
    // SAFETY: umask takes a number, and can't fail.
    unsafe {
        let umask = libc::umask(0o077);
        libc::umask(umask);
        umask
    }
}

impl Start {
    fn was_open(&self, fd: usize) -> bool {
        self.open.get(fd / 64).is_some_and(|set| set & 1 << (fd % 64) != 0)
    }
}

fn look_at_descriptors() -> [u64; FDS / 64] {
    let mut polled = [libc::pollfd { fd: 0, events: 0, revents: 0 }; FDS];
    for (fd, entry) in (0..).zip(&mut polled) {
        entry.fd = fd;
    }
    let mut count = FDS;
    // SAFETY: the table has at least `count` entries. The call is refused when a process may not have so many open.
    while unsafe { libc::poll(polled.as_mut_ptr(), count as libc::nfds_t, 0) } == -1 && count > 4 {
        count /= 2;
    }
    let mut open = [0; FDS / 64];
    for (fd, entry) in polled.iter().enumerate().take(count) {
        if entry.revents & libc::POLLNVAL == 0 {
            open[fd / 64] |= 1 << (fd % 64);
        }
    }
    open
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

/// True when the descriptor `fd` was open at the start, as far as was looked.
pub(crate) fn was_open(fd: usize) -> bool {
    start().was_open(fd)
}

/// How many descriptors were open at the start, as far as was looked.
pub(crate) fn open_count() -> usize {
    start().open.iter().map(|set| set.count_ones() as usize).sum()
}

/// The permissions that new files do not get.
pub(crate) fn umask() -> u32 {
    start().umask
}
