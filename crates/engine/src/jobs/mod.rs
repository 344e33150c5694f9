//! Running recipes: their lines, commands, jobs and tokens, output and interruption.

pub mod command;
pub mod failure;
pub mod intermediates;
pub mod interrupt;
pub mod invocation;
pub mod job;
pub mod jobserver;
pub mod native;
mod observe;
pub mod output;
mod pool;
pub mod process;
pub mod reason;
pub mod recall;
pub mod recipe;
pub mod room;
pub mod roster;
pub mod screen;
pub mod shell;
pub mod signal;
pub mod start;
pub mod submake;
pub mod survey;
pub mod touch;
pub mod witness;
