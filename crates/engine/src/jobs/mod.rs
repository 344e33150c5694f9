//! Running recipes: their lines, commands, jobs and tokens, output and interruption.

pub mod automatic;
pub mod command;
pub mod interrupt;
pub mod job;
pub mod jobserver;
pub mod native;
pub mod output;
pub mod process;
pub mod recipe;
pub mod shell;
pub mod start;
pub mod submake;
