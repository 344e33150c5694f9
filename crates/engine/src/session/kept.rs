//! Which sessions may be remembered by [`Recall`](crate::jobs::recall::Recall), as far as their switches and surroundings say.

use rkbuild_eval::Session;
use rkbuild_eval::options::Options;

use crate::graph::trace::Trace;

/// Why a session with such switches is not to be given again.
pub(super) const SWITCH: &str = "a switch that does not only build";

/// Whether its switches ask for something else than building.
pub(super) fn asks(options: &Options) -> bool {
    options.just_print
        || options.question
        || options.touch
        || options.always_make
        || options.print_data_base
        || options.trace
        || options.version
        || options.help
        || !options.old_files.is_empty()
        || !options.new_files.is_empty()
        || options.shuffle.is_some()
        || Trace::of(options).basic
}

/// Why a session is not to be given again, whatever it did: its switches ask for something else than building, or what it
/// gives is not seen where it is noted. `restarts`: how often makefiles were remade; `stdin`: one came from standard input.
pub(super) fn why_not(session: &Session, restarts: u32, stdin: bool) -> Option<&'static str> {
    let options = &session.options;
    let reasons = [
        (asks(options), SWITCH),
        (options.no_native, "--no-native"),
        (session.vars.volatile.get(), "a variable that changes from shell to shell was looked at"),
        (restarts > 0, "makefiles were remade"),
        (stdin, "a makefile from standard input"),
        (session.dir.path().is_empty(), "a directory without a name"),
        (session.out_error.get().is_some(), "standard output could not be written"),
    ];
    reasons.into_iter().find(|(holds, _)| *holds).map(|(_, why)| why)
}
