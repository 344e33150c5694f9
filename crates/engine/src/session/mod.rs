//! One make from its arguments to its exit status.

pub mod arguments;
pub mod database;
mod entering;
mod kept;
mod makefiles;
mod named;
mod older;
mod remake;
mod restart;
pub mod run;
pub mod special;
mod variables;
