//! The directory a make works in: `-C`, and when it may be told that it is entered.

use rkbuild_eval::{Result, Session};
use rkbuild_host::errors;

use crate::jobs::output::Sync;

/// What is said of a working directory that was removed.
const GETCWD: &str = "getcwd: No such file or directory";

/// Says that the directory make was started in is gone.
pub(crate) fn tell_if_lost(session: &Session) {
    if session.dir.path().is_empty() {
        session.error(None, GETCWD);
    }
}

/// Whether the directory may be announced before makefiles are read. From 4.4 on a makefile can still say whether it is; in
/// 4.3 only that it is. Output that is kept together names it each time.
pub(crate) fn may_be_told(session: &Session, sync: &Sync) -> bool {
    let open = session.identity().is_4_4() || session.options.announces_directory;
    if open && !sync.holds_reading() {
        session.leave_entering_open();
    }
    open
}

/// After makefiles were read it may be announced in any case. `open` is what [`may_be_told`] gave.
pub(crate) fn may_be_told_now(session: &Session, sync: &Sync, open: bool) {
    let in_turn = session.options.jobs.is_none_or(|jobs| jobs == 1);
    if if sync.holds_reading() { in_turn } else { !open } {
        session.leave_entering_open();
    }
}

/// Enters the directories of `-C`, one after the other.
pub(crate) fn change_directory(session: &mut Session) -> Result<()> {
    // Until all are entered, messages name the one it began in.
    let mut dir = session.dir.clone();
    for name in session.options.directories.clone() {
        match session.host().enter(&dir, &name) {
            Ok(entered) => dir = entered,
            Err(error) => {
                let mut message = name.to_vec();
                message.extend_from_slice(b": ");
                message.extend_from_slice(errors::describe(&error).as_bytes());
                // Also where what is read later is kept together.
                if session.identity().is_4_4() || session.options.announces_directory {
                    session.leave_entering_open();
                }
                return Err(session.fatal(None, message));
            }
        }
    }
    if !session.options.directories.is_empty() {
        session.dir = dir;
        if session.dir.path().is_empty() {
            session.error(None, GETCWD);
            session.directory_unknown = true;
        }
    }
    Ok(())
}
