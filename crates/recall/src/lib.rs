//! Recall: a session that would see the same is not evaluated again; what it gave is given again.
//!
//! While a session is evaluated it notes what it looks at and what it gives ([`rkbuild_host::Eyes`]). One that left the files
//! as they were is kept as a trace ([`trace`]). Next time, when a session with the same [`key`] begins, the facts of its trace
//! and of all below it are looked at ([`look`]); if all hold, its steps are given ([`give`]) and nothing is evaluated. Nothing
//! here knows kbuild.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable))]
#![cfg_attr(not(test), deny(clippy::todo, clippy::unimplemented, clippy::print_stdout, clippy::print_stderr))]

mod apart;
pub mod ccache;
mod command;
mod contents;
mod elsewhere;
pub mod fact;
mod find;
pub mod give;
mod habit;
pub mod key;
pub mod look;
pub mod memory;
mod merge;
mod order;
pub mod place;
pub mod pure;
pub mod records;
mod run;
mod script;
pub mod store;
pub mod trace;

pub use memory::{Memory, Mode, Stats, Wanted};
