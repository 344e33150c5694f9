//! The part of POSIX sh that recipes use most, run in-process.
//!
//! A recipe line is given to a shell as `$(SHELL) -c LINE`. Most lines need little of a shell: quotes, `;`, `&&`, an
//! `if`, a redirection, `echo`. [`parse`] reads such a line into a [`Script`], and a [`Shell`] runs it with the output,
//! exit status, files and environment of children that dash would have given. Whatever is not fully understood is
//! declined as a whole, before anything has run, and the caller gives the untouched text to the real shell.
//!
//! It is also the place where a line's commands are seen one by one: every external command is offered to
//! [`Programs`] first, which is how a sub-make inside `cd dir && $(MAKE)` becomes a session of this process.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable))]
#![cfg_attr(not(test), deny(clippy::todo, clippy::unimplemented, clippy::print_stdout, clippy::print_stderr))]

mod arith;
mod builtin;
mod check;
mod closed;
mod command;
mod decline;
mod echo;
mod ending;
mod expand;
mod interp;
mod names;
mod parse;
mod pathname;
mod patience;
mod pattern;
mod printf;
mod reader;
mod ready;
mod redirect;
mod run;
mod script;
mod shell;
mod signal;
mod start;
mod streams;
mod test;
mod tool;
mod vars;
mod word;
mod xargs;

pub use decline::Decline;
pub use script::{Literal, LiteralRedirect, Needs, RedirectKind, Script};
pub use shell::{Dialect, Invocation, NoPrograms, Programs, Shell};

/// Reads a script. None: it is not one that is run in-process; see [`decline_reason`].
pub fn parse(script: &[u8]) -> Option<Script> {
    parse::script(script).ok()
}

/// A script that does what a program called with these words would, where it is one of the tools that are done here;
/// `None` where it is not.
pub fn tool_script(words: &[bstr::BString]) -> Option<bstr::BString> {
    tool::does(words.first()?).then(|| word::quote(words))
}

/// How a process of its own would have ended that met this error of a write, if that is by a signal.
pub fn killed_by_write(error: &std::io::Error) -> Option<rkbuild_host::Exit> {
    signal::of_write(error)
}

/// Why [`parse`] declines a script; None when it does not.
pub fn decline_reason(script: &[u8]) -> Option<Decline> {
    parse::script(script).err()
}
