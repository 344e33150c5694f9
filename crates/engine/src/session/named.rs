//! The files that the command line names: goals, and those of `-o` and `-W`.

use rkbuild_base::BString;
use rkbuild_base::text::words;
use rkbuild_eval::{FileId, Result, Session};

use crate::update::builder::Builder;

/// The goals: those that were given, else the default goal.
pub(crate) fn goals(session: &mut Session) -> Result<Vec<FileId>> {
    let names: Vec<BString> = if session.options.goals.is_empty() {
        let value = session.variable_value(session.known.default_goal)?;
        let whole = session.name(&value);
        let names: Vec<BString> = match session.targets.lookup(whole) {
            // A target's name may hold blanks.
            Some(_) => vec![value.into()],
            None => words(&value).map(BString::from).collect(),
        };
        if names.len() > 1 {
            return Err(session.fatal(None, ".DEFAULT_GOAL contains more than one target"));
        }
        names
    } else {
        session.options.goals.clone()
    };
    Ok(names.iter().map(|name| enter(session, name)).collect())
}

/// `-o`: these files are old, and done with.
pub(crate) fn mark_old(builder: &mut Builder<'_>) {
    for name in builder.session.options.old_files.clone() {
        let file = enter(builder.session, &name);
        builder.mark_old(file);
    }
}

/// `-W`: these files have just been changed.
pub(crate) fn mark_new(builder: &mut Builder<'_>) {
    for name in builder.session.options.new_files.clone() {
        let file = enter(builder.session, &name);
        builder.mark_new(file);
    }
}

/// Enters a file that an option names. Implicit rules count on it where nothing else is found.
pub(crate) fn enter(session: &mut Session, name: &[u8]) -> FileId {
    let name = session.name(rkbuild_eval::target::strip_dot_slash(name));
    let file = session.targets.enter(name);
    session.targets[file].mentioned = true;
    file
}
