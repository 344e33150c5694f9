//! Goals to done: which rule makes a target, whether it is out of date, running its recipe.
//!
//! One [`run::run_session`] is one invocation of make. The [`builder::Builder`] holds what a session knows while it
//! brings its goals up to date; [`process::Process`] what all sessions of this process share.

pub mod archive;
mod arguments;
pub mod automatic;
pub mod builder;
mod circle;
pub mod command;
pub mod database;
pub mod directory;
pub mod failure;
pub mod found;
pub mod goals;
pub mod implicit;
pub mod interrupt;
pub mod job;
pub mod jobserver;
pub mod native;
pub mod output;
pub mod prerequisite;
pub mod process;
pub mod recipe;
pub mod run;
pub mod secondary;
pub mod shell;
mod shuffle;
pub mod snap;
pub mod start;
pub mod submake;
mod suffix;
mod table;
pub mod times;
pub mod trace;
pub mod update;
pub mod vpath;
