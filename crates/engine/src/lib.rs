//! Goals to done: which rule makes a target, whether it is out of date, running its recipe.
//!
//! One [`session::run::run_session`] is one invocation of make. The [`graph::builder::Builder`] holds what a session knows while it
//! brings its goals up to date; [`jobs::process::Process`] what all sessions of this process share.

pub mod graph;
pub mod jobs;
pub mod search;
pub mod session;
pub mod update;
