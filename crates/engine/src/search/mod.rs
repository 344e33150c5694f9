//! Looking for what makes a target and where a file is: implicit rules, suffixes, VPATH.

pub mod found;
pub mod implicit;
pub mod listed;
pub mod lookup;
pub mod merge;
pub mod mtime;
pub mod secondary;
pub mod shape;
pub mod suffix;
pub mod vpath;
