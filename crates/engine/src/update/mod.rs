//! Goals to done: whether a target is out of date, and in which order targets are made.

pub mod builder;
pub mod circle;
mod considered;
pub mod goals;
pub mod order;
pub mod prerequisite;
pub mod shuffle;
pub mod target;
