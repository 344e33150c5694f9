//! `--profile=FILE`: pictures of a build, as a trace for Perfetto or as a page of its own.

pub mod page;
pub mod trace;
