//! What GNU make 4.3 does in another place of a session, beside the passes of [`super::run`]. With 4.4.1 nothing is done here.

use rkbuild_eval::{Result, Session};

use crate::jobs::output::Sync;
use crate::session::named;
use crate::update::builder::Builder;

/// 4.3 joins the jobserver of the make above, and says what is wrong with it, before it decides whether to announce the
/// directory; 4.4 does when it begins to read.
pub(crate) fn joins_early(session: &Session) -> bool {
    !session.identity().is_4_4()
}

/// 4.3 decides before it reads makefiles to announce the directory unasked, and tells its children so.
pub(crate) fn announce_directory(session: &mut Session, sync: &Sync) {
    let options = &session.options;
    let moved = !options.directories.is_empty() || session.level > 0;
    let unasked = moved && !options.silent && options.print_directory.is_none();
    if session.identity().is_4_4() || !unasked {
        return;
    }
    session.options.print_directory = Some(true);
    session.options.announces_directory = true;
    if !sync.holds_reading() {
        session.leave_entering_open();
    }
}

/// Special targets speak of goals; in 4.3 also of the one that is chosen where none was asked for.
pub(crate) fn choose_goals(session: &mut Session) -> Result<()> {
    if !session.identity().is_4_4() {
        named::goals(session)?;
    }
    Ok(())
}

/// 4.3 expands prerequisites a second time for all targets before it makes anything; 4.4 when a target is considered.
pub(crate) fn expand_all_secondary(builder: &mut Builder<'_>) -> Result<()> {
    if builder.session.identity().is_4_4() {
        return Ok(());
    }
    builder.expand_all_secondary()
}
