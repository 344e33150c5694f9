//! `--explain`: why a command runs, down to the file, option or line at the root.

pub mod attribution;
pub mod cause;
pub mod lists;
pub mod paths;
pub mod reasons;
pub mod words;
