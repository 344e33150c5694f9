//! Variables, functions, and reading makefiles into variables and rules.
//!
//! A make process is a value, the [`Session`]. This crate holds what a session knows and how makefiles change
//! it; running recipes and deciding what is out of date is the `engine` crate's, which keeps its own state
//! beside. Evaluation calls it only through [`Doors`].

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable))]
#![cfg_attr(not(test), deny(clippy::todo, clippy::unimplemented, clippy::print_stdout, clippy::print_stderr))]

pub mod archive;
pub mod assign;
pub mod builtin;
pub mod definition;
pub mod environment;
pub mod expand;
mod exported;
pub mod function;
pub mod layer;
pub mod library;
pub mod listed;
pub mod makefiles;
pub mod makeflags;
pub mod message;
pub mod met;
pub mod number;
pub mod options;
mod passed;
pub mod pattern;
pub mod reader;
pub mod recipe;
pub mod record;
pub mod rule;
pub mod scope;
pub mod sequence;
pub mod session;
pub mod slots;
pub mod switch;
pub mod target;
pub mod times;
pub mod truth;
pub mod variable;

pub use message::{Fatal, Result};
pub use recipe::{Recipe, RecipeLine};
pub use session::{Doors, Session, Shared};
pub use target::{Dep, FileId, Target, Targets};
pub use variable::{Export, Flavor, Origin, ScopeId, Variable, Variables};
