//! System calls that can wait for ever (a fifo nobody opens, a pipe nobody reads): a signal that ends the make ends the wait.
//!
//! The kernel gives a signal to one thread, and the others wait on. So a thread that goes into such a call is on a list, and
//! from the first fatal signal on [`attend`] sends all that are on it a signal of no other use, again and again, because
//! it may come a moment before the call. Such a call then fails with EINTR.

use std::io;
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::Pid;

use crate::fd::Waker;
use crate::poll::{self, Ready};
use crate::signals;

/// The threads that are in such a call, or about to be.
static WAITING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// How long a call may still take when a signal came: what is only slow gets done.
const PATIENCE: Duration = Duration::from_millis(100);

fn waiting() -> MutexGuard<'static, Vec<Pid>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes a system call, again when an interruption was none of ours: EINTR tells that a fatal signal came.
pub(crate) fn call<T>(mut call: impl FnMut() -> rustix::io::Result<T>) -> rustix::io::Result<T> {
    let _listed = Listed::new();
    loop {
        match call() {
            Err(Errno::INTR) if signals::pending().is_none() => {}
            other => return other,
        }
    }
}

/// Being on the list.
struct Listed(Pid);

impl Listed {
    fn new() -> Listed {
        let thread = rustix::thread::gettid();
        waiting().push(thread);
        Listed(thread)
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        let mut waiting = waiting();
        if let Some(at) = waiting.iter().position(|thread| *thread == self.0) {
            waiting.swap_remove(at);
        }
    }
}

/// Waits until `over` is woken. Once a fatal signal came, calls that go on waiting are interrupted until then.
pub fn attend(over: &Waker) -> io::Result<()> {
    if let Some(signals) = signals::fd() {
        poll::wait(&[(over.as_fd(), Ready::Read), (signals, Ready::Read)], None)?;
    }
    while !poll::wait_one(over.as_fd(), Ready::Read, Some(PATIENCE))? {
        // A thread on the list has not ended: none else can have its number.
        for thread in waiting().iter() {
            signals::interrupt(*thread);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_go_well_or_fail_are_passed_on_and_others_made_again() {
        let mut answers = vec![Ok(7), Err(Errno::INTR)];
        assert_eq!(call(|| answers.pop().unwrap()), Ok(7));
        assert_eq!(call(|| Err::<(), _>(Errno::NOENT)), Err(Errno::NOENT));
        assert!(!waiting().contains(&rustix::thread::gettid()));
    }
}
