//! Programs that outlive the command that started them: a process of its own goes on tracing them when this one ends.
//!
//! The filter stays with them for life, and its calls fail where nobody traces. So they are stopped, let go of, taken over by a
//! child of ours that does nothing else, and continued. Where the system lets only ancestors trace, they stay ours, and are killed
//! when this process ends.

use std::ffi::c_int;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::OnceLock;

use super::sys::{self, event};
use crate::fd;
use rustix::io::Errno;

/// Whether a process that is no ancestor may trace what we started. Where it may not, what a watched program leaves behind is killed
/// when this process ends.
pub fn is_allowed() -> bool {
    static ALLOWED: OnceLock<bool> = OnceLock::new();
    *ALLOWED.get_or_init(|| {
        let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope");
        scope.map_or(true, |scope| {
            scope.trim() == "0" || scope.trim() == "1" && rustix::process::geteuid().is_root()
        })
    })
}

/// Starts the keeper, lets go of the tracees, all of which job control has stopped, and tells the keeper. They go on when it has
/// them: with our end the system would send SIGHUP to a process group that has stopped processes and no shell to continue them.
pub(super) fn start(pids: &[i32]) -> bool {
    let Ok((read, write)) = fd::pipe() else { return false };
    let Ok((has, having)) = fd::pipe() else { return false };
    // SAFETY: the child calls only what a child of a process with threads may: system calls through functions of the C library
    // and of `sys` that take no lock and no memory.
    match unsafe { libc::fork() } {
        -1 => return false,
        0 => {
            drop(write);
            // SAFETY: as above.
            unsafe {
                // Nobody waits for the keeper, so it must not be a child of ours.
                if libc::fork() != 0 {
                    libc::_exit(0);
                }
                libc::setsid();
            }
            // The other end is closed when the tracees were let go of.
            let _ = rustix::io::read(&read, &mut [0u8; 1]);
            keep(pids, having)
        }
        _ => {}
    }
    for pid in pids {
        sys::let_go(*pid);
    }
    drop((read, write, having));
    // The end comes when the keeper has them, or was killed.
    while let Err(Errno::INTR) = rustix::io::read(&has, &mut [0u8; 1]) {}
    // The child that started the keeper ends at once; the keeper's tracees are not ours any more.
    while let Ok(Some(_)) = sys::wait(true) {}
    true
}

/// Traces until the last of them has ended. `having` is closed once it does.
fn keep(pids: &[i32], having: OwnedFd) -> ! {
    let number = having.as_raw_fd();
    let close = |first: c_int, last: c_int| {
        // SAFETY: the call takes numbers; nothing of this process uses other descriptors from here on.
        unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
    };
    close(0, number - 1);
    close(number + 1, c_int::MAX);
    for pid in pids {
        let _ = sys::seize_to_keep(*pid);
    }
    for pid in pids {
        sys::signal(*pid, libc::SIGCONT);
    }
    drop(having);
    while let Ok(event) = sys::wait(true) {
        let Some((pid, status)) = event else { continue };
        match status.stopped() {
            Some((libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU, event::STOP)) => {
                sys::leave_stopped(pid);
            }
            Some((signal, 0)) => sys::go_on(pid, signal),
            Some(_) => sys::go_on(pid, 0),
            None => {}
        }
    }
    // SAFETY: the call does not come back.
    unsafe { libc::_exit(0) }
}
