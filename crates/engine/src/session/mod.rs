//! One make from its arguments to its exit status.

pub mod arguments;
pub mod database;
pub mod run;
pub mod special;
