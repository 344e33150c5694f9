//! Signals as commands and this process get them: which one came, and to whom.

use std::time::Duration;

use rkbuild_host::poll::{self, Ready};
use rkbuild_host::{Exit, signals};

/// How long a signal takes from one process of a group to the next, at most.
pub(crate) const MOMENT: Duration = Duration::from_millis(20);

const QUIT: i32 = 3;
/// The signal that comes to us alone, and that we pass on.
pub(crate) const TERM: i32 = 15;

/// How a session that a signal ended is told from one that failed.
pub(crate) fn exit_of(status: i32) -> Exit {
    match signals::pending() {
        Some(signal) if status == 128 + signal => Exit::Signal { signal, core: false },
        _ => Exit::Code(status),
    }
}

/// A signal to a whole process group can end a command before this process has seen it, whose end it means too: also
/// where the command caught it and exited with a status. One that is sent to the processes one by one reaches this one a
/// moment later, which is waited for where a command was ended by such a signal.
pub(crate) fn settle(exit: Exit) {
    const FATAL: [i32; 4] = [1, 2, QUIT, TERM];
    signals::catch_up();
    if let (Exit::Signal { signal, .. }, None, Some(fd)) = (exit, signals::pending(), signals::fd())
        && FATAL.contains(&signal)
    {
        let _ = poll::wait_one(fd, Ready::Read, Some(MOMENT));
    }
}
