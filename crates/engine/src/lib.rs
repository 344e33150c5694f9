//! Goals to done: which rule makes a target, whether it is out of date, running its recipe.
//!
//! One [`session::run::run_session`] is one invocation of make. Five folders, each of which uses only those below it:
//!
//! - [`session`]: a make from its arguments to its exit status;
//! - [`update`]: goals to done, with the [`update::builder::Builder`], which holds
//! - [`jobs`]: recipes under way, the [`jobs::roster::Jobs`], which hold
//! - [`search`]: what makes a target and where a file is, with the [`search::lookup::Search`], which holds
//! - [`graph`]: the targets and what is known about them, the [`graph::states::Graph`].
//!
//! [`jobs::process::Process`] is what all sessions of this process share.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable))]
#![cfg_attr(not(test), deny(clippy::todo, clippy::unimplemented, clippy::print_stdout, clippy::print_stderr))]

pub mod graph;
pub mod jobs;
pub mod search;
pub mod session;
pub mod update;
