//! Makefile bytes to logical lines, statements and expression trees. No evaluation, no input or output.
//!
//! - [`line`]: physical lines to logical lines, continuations and comments.
//! - [`statement`]: what kind of line it is: assignment, directive, conditional or rule.
//! - [`record`]: the one form of makefile that needs no parser, as there are thousands of them; [`list`]: the lists in it.
//! - [`expr`]: text with `$` references to an expression tree, compiled once; [`bytes`]: what it is made of, written when needed.
//! - [`function`]: the names and argument counts of make's functions.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable))]
#![cfg_attr(not(test), deny(clippy::todo, clippy::unimplemented, clippy::print_stdout, clippy::print_stderr))]

pub mod bytes;
pub mod expr;
pub mod function;
pub mod line;
pub mod list;
pub mod makefile;
pub mod record;
mod sample;
pub mod statement;

use rkbuild_base::{Identity, Names};

pub use bytes::Bytes;
pub use expr::{Expr, NameText, Part, Text};
pub use function::Func;
pub use list::{LineId, Lists};
pub use makefile::{Makefile, StmtOf};
pub use record::{Around, Record};
pub use statement::{Assign, Cond, Op, Stmt};

/// What parsing depends on: the table of names, and the release of make whose function names are known.
/// One for each process; compiled expressions are shared by all its sessions.
#[derive(Default)]
pub struct Lang {
    /// Interned names of variables and targets.
    pub names: Names,
    /// The release.
    pub identity: Identity,
}
