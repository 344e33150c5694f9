//! Goals to done: whether a target is out of date, and in which order targets are made.

pub mod circle;
pub mod failure;
pub mod goals;
pub mod order;
pub mod prerequisite;
pub mod target;
